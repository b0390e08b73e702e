// The part of SafetyChecker that looks at commit, apply and the answers given to clients.
#include <algorithm>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/halves.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {
void SafetyChecker::check_positions(const NodeView& view, const CoreStatus& now) {
  const NodeId id = view.id.node;
  if (now.term < view.status.term) fail("R3", evidence("n", id, " went back to term ", now.term));
  if (now.commit < view.status.commit) {
    fail("R4", evidence("n", id, " from ", view.status.commit, " to ", now.commit));
  }
  if (now.applied > now.commit || now.commit > now.last.index) {
    fail("R5",
         evidence("n", id, " applied ", now.applied, " commit ", now.commit, " last ", now.last));
  }
  if (now.last != view.log.last_id()) {
    fail("D5",
         evidence("n",
                  id,
                  " says its log ends at ",
                  now.last,
                  "; given to the disk was ",
                  view.log.last_id()));
  }
  if (view.log.last_id().term > now.term) {
    fail("R17", evidence("n", id, " holds ", view.log.last_id(), " in term ", now.term));
  }
  if (now.first != view.base.next()) {
    fail("R18", evidence("n", id, " first index ", now.first, " base ", view.base));
  }
  if (now.first > now.applied.next() && !now.restoring) {
    fail("R19", evidence("n", id, " first index ", now.first, " applied ", now.applied));
  }
  if (now.term.value >= std::uint64_t{1} << 63U) states_.saw(RareState::kTermNearItsTop);
}

void SafetyChecker::check_unchanged(const NodeView& view, const CoreStatus& now) {
  if (view.unchanged_by.empty()) return;
  const CoreStatus& before = view.status;
  const bool is_equal = now.term == before.term && now.voted_for == before.voted_for &&
                        now.last == before.last && now.commit == before.commit;
  // A pre-candidate may give way to a rival; to a stranger nobody gives anything.
  const bool keeps_role =
      view.unchanged_by == "R24" || (now.role == before.role && now.leader == before.leader);
  if (!is_equal || !keeps_role)
    fail(view.unchanged_by, evidence("n", view.id.node, " changed its state"));
}

void SafetyChecker::check_commit(NodeView& view, const CoreStatus& now) {
  if (now.commit == Index{0}) return;
  const Index known = std::min(now.commit, committed_.last());
  if (view.log.prefix(known) != committed_.prefix(known)) {
    fail("R10", evidence("n", view.id.node, " has committed something else up to ", known));
    return;
  }
  const MirrorEntry* newest = view.log.at(now.commit);
  if (!newest) return;  // R5 was reported
  const bool has_advanced = now.commit > view.status.commit && view.life > 0;
  if (has_advanced && now.role == Role::kLeader) {
    if (newest->term != now.term) {
      fail("R12",
           evidence("n",
                    view.id.node,
                    ", leader of term ",
                    now.term,
                    ", commits ",
                    LogId{newest->term, now.commit}));
    }
    if (view.durable.last() < now.commit) states_.saw(RareState::kCommitWithoutLeaderDisk);
    const MirrorEntry* oldest = view.log.at(view.status.commit.next());
    if (oldest && oldest->term < now.term) states_.saw(RareState::kOldTermCommittedBehindNew);
  }
  if (now.commit > committed_.last()) extend_committed(view, now);
}

void SafetyChecker::extend_committed(const NodeView& view, const CoreStatus& now) {
  Membership before = committed_.membership();
  while (committed_.last() < now.commit) {
    const Index at = committed_.last().next();
    const MirrorEntry& entry = committed_.append(*view.log.at(at));
    committed_in_.push_back(now.term);
    check_never({entry.term, at});
    if (entry.membership) {
      note_committed_membership(std::exchange(before, *entry.membership), *entry.membership);
    }
    if (entry.value == 0) continue;
    const auto [place, is_new] = committed_values_.emplace(entry.value, at);
    if (!is_new) fail("R42", evidence("value ", entry.value, " at ", place->second, " and ", at));
    if (rejected_values_.contains(entry.value)) {
      fail("R42", evidence("value ", entry.value, " was rejected and is committed at ", at));
    }
    if (unknown_values_.contains(entry.value)) states_.saw(RareState::kUnknownThenCommitted);
  }
  // A leader counts by the newest membership of its log, committed or not. In this very event it
  // may have counted, appended the next one, and counted again.
  committed_by_ = view.status.membership;
  if (!is_durable_on_quorum()) committed_by_ = view.log.membership();
  check_durable_quorum();
}

void SafetyChecker::check_durable_quorum() {
  if (!is_durable_on_quorum()) {
    fail("R11", evidence(committed_.last_id(), " is not durable on a quorum of ", committed_by_));
  }
}

bool SafetyChecker::is_durable_on_quorum() const {
  const auto wanted = committed_.prefix(committed_.last());
  // A lost disk never votes again, so nobody wins without it what it would have refused.
  const auto holds = [&](const ReplicaId& voter) {
    return is_lost(voter) || view(voter.node).durable.prefix(committed_.last()) == wanted;
  };
  return has_both_majorities(committed_by_, holds);
}

void SafetyChecker::check_uncommitted(const NodeView& view, const CoreStatus& now) {
  std::size_t bytes = 0;
  std::size_t proposals = 0;
  for (Index at = now.commit.next(); at <= view.log.last(); at = at.next()) {
    const MirrorEntry& entry = *view.log.at(at);
    if (entry.kind != EntryKind::kNormal || entry.term != now.term) continue;
    bytes += entry.bytes;
    ++proposals;
  }
  check_uncommitted_memberships(view);
  if (proposals > 1 && bytes > core_.uncommitted_bytes_max) {
    fail("R40", evidence("n", view.id.node, " has ", bytes, " bytes in ", proposals, " proposals"));
  }
}

void SafetyChecker::on_applied(NodeId id, const Entry& entry) {
  NodeView& view = node(id);
  if (entry.id.index != view.applied.next()) {
    fail("R6", evidence("n", id, " applied ", entry.id.index, " after ", view.applied));
  }
  view.applied = entry.id.index;
  const MirrorEntry* committed = committed_.at(entry.id.index);
  const bool is_equal =
      committed && committed->term == entry.id.term && committed->content == content_hash(entry);
  if (!is_equal)
    fail("R10", evidence("n", id, " applied another ", entry.id, " than was committed"));
}

void SafetyChecker::on_proposed(NodeId id, ProposalToken token, Value value) {
  begin_event(id);
  proposals_[token] = {id, value};
}

void SafetyChecker::on_outcome(NodeId id, const ProposalOutcome& outcome) {
  const auto found = proposals_.find(outcome.token);
  if (found == proposals_.end() || found->second.node != id) {
    fail("R42", evidence("n", id, " ended proposal ", outcome.token, " that it has not"));
    return;
  }
  const Value value = found->second.value;
  proposals_.erase(found);
  const auto at = committed_values_.find(value);
  const bool is_committed = at != committed_values_.end();
  if (outcome.status.is_ok()) {
    const MirrorEntry* entry = committed_.at(outcome.id.index);
    if (!entry || entry->value != value || entry->term != outcome.id.term) {
      fail("R42", evidence("n", id, " says that value ", value, " is committed at ", outcome.id));
    }
  } else if (outcome.status.is_rejected()) {
    if (is_committed)
      fail("R42", evidence("value ", value, " was rejected but is at ", at->second));
    rejected_values_.insert(value);
    if (outcome.status.code() == Code::kBusy) states_.saw(RareState::kProposalBusy);
    if (logged_values_.contains(value)) states_.saw(RareState::kProposalSuperseded);
  } else {
    note_unknown(value);
  }
}

void SafetyChecker::on_proposal_lost(ProposalToken token) {
  const auto found = proposals_.find(token);
  if (found == proposals_.end()) return;  // it had not reached the core
  note_unknown(found->second.value);
  proposals_.erase(found);
}

void SafetyChecker::note_unknown(Value value) {
  unknown_values_.insert(value);
  if (committed_values_.contains(value)) states_.saw(RareState::kUnknownThenCommitted);
}

void SafetyChecker::note_states(const NodeView& view, const CoreStatus& now) {
  if (now.voted_for == view.id &&
      (view.status.voted_for != view.id || view.status.term < now.term)) {
    const auto [first, is_new] = candidates_.emplace(now.term, view.id.node);
    if (first->second != view.id.node) states_.saw(RareState::kVoteSplit);
  }
  if (now.promise_left_ns > 0 && !now.leader && now.role == Role::kFollower && view.status.leader) {
    states_.saw(RareState::kPromiseOutlivedLeader);
  }
  const bool stepped_down = view.status.role == Role::kLeader && now.role != Role::kLeader;
  if (stepped_down && now.term == view.status.term) {
    states_.saw(RareState::kLeaderSteppedDownInTerm);
  }
  if (now.role != Role::kLeader || now.commit == now.last.index) return;
  const Index held = quorum_match(view.log.membership(), now);
  const MirrorEntry* counted = view.log.at(held);
  if (counted && held > now.commit && counted->term < now.term) {
    states_.saw(RareState::kOldTermHeldBack);
  }
}

// The highest of the matches that a quorum has reached.
Index SafetyChecker::quorum_match(const Membership& membership, const CoreStatus& now) {
  const auto match_of = [&](const ReplicaId& replica) {
    if (replica == now.self) return now.persisted;
    for (const PeerStatus& peer : now.peers) {
      if (peer.replica == replica) return peer.match;
    }
    return Index{0};
  };
  Index best{0};
  const auto consider = [&](Index match) {
    const auto holds = [&](const ReplicaId& voter) { return match_of(voter) >= match; };
    if (match > best && has_both_majorities(membership, holds)) best = match;
  };
  consider(now.persisted);
  for (const PeerStatus& peer : now.peers)
    consider(peer.match);
  return best;
}

}  // namespace quorate::raft::testing
