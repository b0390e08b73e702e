// What is promised of reads: R27, R28, R48, R49.
#include <string_view>

#include "raft/testing/evidence.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {

void SafetyChecker::on_read(NodeId id, ReadToken token) {
  const NodeView& view = begin_event(id);
  reads_[token] = {committed_.last(), view.status.role == Role::kLeader};
}

void SafetyChecker::check_read_confirmed(const NodeView& view) {
  const MirrorEntry* newest = view.log.at(view.status.commit);
  if (view.status.role == Role::kLeader && (!newest || newest->term != view.status.term)) {
    fail("R28",
         evidence("n",
                  view.id.node,
                  " confirms a read in term ",
                  view.status.term,
                  " with nothing of it committed"));
  }
}

void SafetyChecker::check_lease(const NodeView& view) {
  states_.saw(RareState::kLeaseReadServed);
  if (view.status.role != Role::kLeader || leaders_.rbegin()->first > view.status.term) {
    fail("R48",
         evidence("n",
                  view.id.node,
                  " reads by a lease of term ",
                  view.status.term,
                  " although term ",
                  leaders_.rbegin()->first,
                  " has a leader"));
  }
}

void SafetyChecker::on_read_grant(NodeId id, const ReadGrant& grant) {
  if (const auto awaited = awaited_.find(grant.token); awaited != awaited_.end()) {
    check_awaited(node(id), awaited->second, grant);
    awaited_.erase(awaited);
    return;
  }
  const auto found = reads_.find(grant.token);
  if (found == reads_.end()) {
    fail("R27", evidence("n", id, " answers read ", grant.token, " that it has not"));
    return;
  }
  const PendingRead read = found->second;
  reads_.erase(found);
  const NodeView& view = node(id);
  if (grant.status.is_ok()) {
    if (grant.index < read.floor) {
      fail("R27",
           evidence("n",
                    id,
                    " grants a read at ",
                    grant.index,
                    " although ",
                    read.floor,
                    " was committed when it was asked"));
    }
    check_read_confirmed(view);
    if (grant.by == ReadMode::kLease) check_lease(view);
    if (view.status.role == Role::kFollower) states_.saw(RareState::kFollowerReadServed);
  } else if (grant.status.code() == Code::kBusy) {
    states_.saw(RareState::kReadBusy);
  } else if (read.asked_leader) {
    states_.saw(RareState::kReadRefusedLeaderChanged);
  }
}

void SafetyChecker::on_read_at_least(NodeId id, ReadToken token, const ReadPoint& at) {
  begin_event(id);
  awaited_[token] = at;
}

void SafetyChecker::check_awaited(const NodeView& view,
                                  const ReadPoint& at,
                                  const ReadGrant& grant) {
  const auto is_wrong = [&](std::string_view why) {
    fail("R49",
         evidence("n",
                  view.id.node,
                  " ends a read at ",
                  at.index,
                  " of term ",
                  at.term.value_or(Term{}),
                  " with ",
                  grant.status,
                  " although ",
                  why));
  };
  // What ends a restore ends reads, and then lets the next snapshot in: in that step alone a read
  // may end while one is to be restored.
  const bool is_whole = !view.status.restoring || view.has_installed;
  const bool is_applied = view.status.applied >= at.index && is_whole;
  const MirrorEntry* there = committed_.at(at.index);
  const bool is_it = there != nullptr && at.term == there->term;
  const Code end = grant.status.code();
  if (end == Code::kOk) {
    states_.saw(RareState::kPlaceReadServed);
    if (!is_applied) is_wrong("it is not applied");
    if (at.term && at.index > Index{0} && !is_it) is_wrong("another entry is there");
  }
  if (end == Code::kNotFound) {
    states_.saw(RareState::kPlaceReadNever);
    if (!at.term || is_it) is_wrong("it is committed");
    if (there == nullptr) never_.insert({at.term.value_or(Term{}), at.index});
  }
  if (end == Code::kUnknownOutcome) {
    states_.saw(RareState::kPlaceReadCompacted);
    if (!is_applied) is_wrong("it is not applied");
  }
  if (end == Code::kTimedOut && is_applied) is_wrong("it is applied");
}

// What was said never to be is now committed?
void SafetyChecker::check_never(const LogId& id) {
  if (never_.contains(id)) fail("R49", evidence(id, " is committed, and a read was told never"));
}

}  // namespace quorate::raft::testing
