// The part of SafetyChecker that looks at who votes.
#include <algorithm>
#include <array>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/halves.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {

void SafetyChecker::on_formatted(const ReplicaId& id) {
  NodeView fresh;
  fresh.id = id;
  if (const auto before = nodes_.find(id.node); before != nodes_.end()) {
    fresh.life = before->second.life;
    fresh.ticks = before->second.ticks;
  }
  fresh.is_formatted = true;
  known_.insert(id);
  nodes_[id.node] = std::move(fresh);
}

bool SafetyChecker::is_lost(const ReplicaId& replica) const {
  const auto found = nodes_.find(replica.node);
  return found == nodes_.end() || found->second.id != replica;
}

// R33, R34: whatever was appended, cut or recovered, the newest entry of the log decides.
void SafetyChecker::check_membership(const NodeView& view, const CoreStatus& now) {
  if (now.membership != view.log.membership()) {
    fail("R33",
         evidence("n",
                  view.id.node,
                  " goes by ",
                  now.membership,
                  "; its log says ",
                  view.log.membership()));
  }
  // Of its entry, or of the base where that is all that is left of it.
  const Index entry = view.log.membership_index();
  const bool is_hidden = now.membership_index > entry && now.membership_index <= view.base;
  if (now.membership_index != entry && !is_hidden) {
    fail("R33",
         evidence("n",
                  view.id.node,
                  " takes its membership from ",
                  now.membership_index,
                  " and not from ",
                  entry));
  }
}

// R32: from one settled membership to the next only with the same voters, or through joint.
void SafetyChecker::check_transition(const NodeView& view, const Entry& entry) {
  const Membership& before = view.log.membership();
  const auto decoded = decode_membership(entry.data.view());
  if (!decoded.is_ok()) return fail("R32", to_string(decoded.status()));
  const Membership& after = *decoded;
  if (before.voters.empty()) return;  // a replica that is being filled does not know
  const bool enters = after.is_joint() && !before.is_joint() && after.outgoing == before.voters;
  const bool leaves = before.is_joint() && !after.is_joint() && after.voters == before.voters;
  const bool keeps = !before.is_joint() && !after.is_joint() && after.voters == before.voters;
  if (!enters && !leaves && !keeps) {
    fail("R32", evidence("n", view.id.node, " goes from ", before, " to ", after));
  }
  if (leaves && view.log.at(view.log.membership_index())->term < entry.id.term) {
    states_.saw(RareState::kJointLeftByLaterLeader);
  }
}

// R31, counted from what is committed anywhere: a new leader may not know yet that it is.
void SafetyChecker::check_uncommitted_memberships(const NodeView& view) {
  const std::size_t count = view.log.memberships_behind(committed_.last());
  if (count > 1) fail("R31", evidence("n", view.id.node, " has ", count));
}

// R37: a leader whose removal is committed makes way within an election timeout.
void SafetyChecker::check_retirement(NodeView& view) {
  const CoreStatus& now = view.status;
  const bool is_out = now.role == Role::kLeader && !view.log.membership().is_voter(view.id) &&
                      view.log.membership_index() <= now.commit;
  if (!is_out) {
    view.retired_at_tick.reset();
    return;
  }
  if (!view.retired_at_tick) view.retired_at_tick = view.ticks;
  if (view.ticks - *view.retired_at_tick > core_.election_timeout_ticks + 1) {
    fail("R37", evidence("n", view.id.node, " leads term ", now.term, " without a vote"));
  }
}

// R36: of a replica that is not in our membership only claims to lead and requests for votes are
// judged; everything else changes nothing.
void SafetyChecker::note_stranger(NodeView& view, const Message& message) {
  if (view.log.membership().contains(message.from)) return;
  if (std::holds_alternative<RequestVote>(message.body)) {
    states_.saw(RareState::kStrangerAsksForVote);
    return;
  }
  const bool is_leaders = std::holds_alternative<AppendEntries>(message.body) ||
                          std::holds_alternative<Heartbeat>(message.body) ||
                          std::holds_alternative<InstallSnapshot>(message.body);
  if (!is_leaders && view.status.leader != message.from) view.unchanged_by = "R36";
}

void SafetyChecker::note_memberships(const NodeView& view, const CoreStatus& now) {
  const Membership& membership = view.log.membership();
  const bool is_new_leader = now.leader && now.leader != view.status.leader;
  if (is_new_leader && now.leader != view.id && !membership.contains(*now.leader)) {
    states_.saw(RareState::kStrangerFollowed);
  }
  if (now.role != Role::kLeader) return;
  const bool has_advanced = view.status.role == Role::kLeader && now.commit > view.status.commit;
  if (has_advanced && membership.is_joint()) states_.saw(RareState::kCommittedByJointQuorum);
  if (view.retired_at_tick) states_.saw(RareState::kRemovedLeaderLeads);
  const auto holds_more = [&](const ReplicaId& voter) {
    if (voter == view.id) return now.persisted > now.commit;
    return std::any_of(now.peers.begin(), now.peers.end(), [&](const PeerStatus& peer) {
      return peer.replica == voter && peer.match > now.commit;
    });
  };
  if (membership.is_joint() && has_majority(membership.voters, holds_more) !=
                                   has_majority(membership.outgoing, holds_more)) {
    states_.saw(RareState::kOneHalfHeldBack);
  }
}

// A membership that has just been committed.
void SafetyChecker::note_committed_membership(const Membership& before, const Membership& after) {
  for (const ReplicaId& voter : after.voters) {
    if (before.is_learner(voter)) states_.saw(RareState::kLearnerPromoted);
    if (!after.is_joint()) continue;
    for (const ReplicaId& old : after.outgoing) {
      if (old.node == voter.node && old != voter) states_.saw(RareState::kDiskReplaced);
    }
  }
}

// --- answers ---

void SafetyChecker::on_change_asked(NodeId id, ChangeToken token) {
  begin_event(id);
  changes_[token] = id;
}

void SafetyChecker::on_change_ended(NodeId id, const ChangeOutcome& outcome) {
  const auto found = changes_.find(outcome.token);
  if (found == changes_.end() || found->second != id) {
    fail("R42", evidence("n", id, " ended change ", outcome.token, " that it has not"));
    return;
  }
  changes_.erase(found);
  if (outcome.status.is_ok()) {
    const Membership* reached = committed_.membership_of(outcome.index);
    if (reached == nullptr || *reached != outcome.membership || reached->is_joint()) {
      fail("R42", evidence("n", id, " says that ", outcome.membership, " is committed"));
    }
    if (view(id).status.role != Role::kLeader) states_.saw(RareState::kChangeOutlivedLeader);
    return;
  }
  if (outcome.status.code() == Code::kUnknownOutcome) states_.saw(RareState::kChangeUnknown);
  constexpr std::array<std::pair<ChangeRefusal, RareState>, 5> kCounted{{
      {ChangeRefusal::kAbandoned, RareState::kChangeAbandoned},
      {ChangeRefusal::kSuperseded, RareState::kChangeSuperseded},
      {ChangeRefusal::kCatchUpExpired, RareState::kCatchUpExpired},
      {ChangeRefusal::kQuorumLost, RareState::kChangeQuorumLost},
      {ChangeRefusal::kChangeUnderWay, RareState::kChangeUnderWay},
  }};
  for (const auto& [refusal, state] : kCounted) {
    if (outcome.refusal == refusal) states_.saw(state);
  }
}

// Its replica crashed: nobody knows.
void SafetyChecker::on_change_lost(ChangeToken token) {
  changes_.erase(token);
}

}  // namespace quorate::raft::testing
