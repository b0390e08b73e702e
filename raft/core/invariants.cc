// What must hold after every input, and between the moments before and after it. Compiled into
// every build; consulted where QUORATE_CHECK_INVARIANTS is set.
//
// Source: LogCabin's RaftConsensusInvariants; R1-R20 that one replica alone can see.
#include "raft/base/check.h"
#include "raft/core/electable.h"
#include "raft/core/replica.h"

namespace quorate::raft {

Moment Replica::moment() const {
  return {role(),
          hard_state_,
          log_.last(),
          log_.commit(),
          log_.applied(),
          durable_seq_,
          support_.until()};
}

void Replica::check_invariants(const Moment& before) const {
  // Between two moments.
  QUORATE_CHECK(hard_state_.term >= before.hard_state.term);  // R3
  QUORATE_CHECK(log_.commit() >= before.commit);              // R4
  QUORATE_CHECK(log_.applied() >= before.applied);            // R6
  QUORATE_CHECK(durable_seq_ >= before.durable_seq);
  QUORATE_CHECK(support_.until() >= before.bound_until);  // P100
  const bool is_same_term = hard_state_.term == before.hard_state.term;
  if (is_same_term && before.hard_state.voted_for) {
    QUORATE_CHECK(hard_state_.voted_for == before.hard_state.voted_for);  // R2
  }
  const bool led = is_same_term && before.role == Role::kLeader;
  QUORATE_CHECK(!led || role() == Role::kLeader || role() == Role::kFollower);  // P33
  if (led) QUORATE_CHECK(log_.last() >= before.last);                           // R7

  // At this one.
  QUORATE_CHECK(log_.is_restoring() || log_.snapshot().index <= log_.applied());  // R19
  QUORATE_CHECK(!restore_ || log_.is_restoring());
  QUORATE_CHECK(log_.applied() <= log_.commit());     // R5
  QUORATE_CHECK(log_.commit() <= log_.last().index);  // R5
  QUORATE_CHECK(log_.persisted() <= log_.last().index);
  QUORATE_CHECK(log_.applied() <= log_.persisted());
  QUORATE_CHECK(log_.last().term <= term());  // R17
  QUORATE_CHECK(durable_seq_ < next_seq_ && hard_state_seq_ < next_seq_);
  QUORATE_CHECK(promises_.empty() || durable_seq_ < next_seq_);
  // A read waits only while nothing decides it.
  QUORATE_CHECK(awaited_.empty() || !is_stopped_);
  QUORATE_CHECK(awaited_.empty() || log_.is_restoring() || awaited_.nearest() > log_.applied());
  check_role();
}

// NOLINTNEXTLINE(readability-function-cognitive-complexity): a list of conditions
void Replica::check_role() const {
  if (const auto* follower = std::get_if<Follower>(&role_)) {
    QUORATE_CHECK(follower->leader != options_.self);
    QUORATE_CHECK(follower->leader || follower->reads.size() == 0);        // P97
    QUORATE_CHECK(follower->leader || follower->forwards.entries() == 0);  // P65
  } else {
    QUORATE_CHECK(!is_stopped_);
    // P30, P31; a leader may be on its way out (P73).
    QUORATE_CHECK(role() == Role::kLeader || is_electable(log_, options_.self));
  }
  if (const auto* pre_candidate = std::get_if<PreCandidate>(&role_)) {
    QUORATE_CHECK(pre_candidate->ballot.kind() == VoteKind::kPreVote);  // P21
    QUORATE_CHECK(pre_candidate->ballot.term() == term().next());
  }
  if (const auto* candidate = std::get_if<Candidate>(&role_)) {
    QUORATE_CHECK(candidate->ballot.kind() == VoteKind::kVote);
    QUORATE_CHECK(candidate->ballot.term() == term());
    QUORATE_CHECK(hard_state_.voted_for == options_.self);
  }
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    check_leader(*leader);
  } else {
    QUORATE_CHECK(proposals_.uncommitted_bytes() == 0);  // P66
  }
}

void Replica::check_leader(const Leader& leader) const {
  QUORATE_CHECK(hard_state_.voted_for == options_.self);
  QUORATE_CHECK(leader.first_own <= log_.snapshot().index ||
                log_.term_at(leader.first_own) == term());
  QUORATE_CHECK(!log_.is_restoring());                                          // P88
  QUORATE_CHECK(!is_hard_state_unwritten_ && hard_state_seq_ <= durable_seq_);  // P19
  const bool has_freed = leader.transfer && leader.transfer->is_sent;
  QUORATE_CHECK(!has_freed || leader.lease.is_given_up());  // P99
  for (const Peer& peer : leader.replication.peers()) {
    QUORATE_CHECK(peer.progress.match() <= log_.last().index);  // R15
    QUORATE_CHECK(peer.progress.next() <= log_.last().index.next());
    QUORATE_CHECK(peer.acked_round <= leader.round);                                     // P94
    QUORATE_CHECK(peer.progress.state() != Progress::State::kSnapshot || peer.sending);  // P90
    QUORATE_CHECK(peer.leaving.has_value() != membership().contains(peer.id));
  }
  for (const auto* members : {&membership().voters, &membership().outgoing, &membership().learners})
    for (const ReplicaId& member : *members)
      QUORATE_CHECK(member == options_.self || leader.replication.find(member) != nullptr);
  // P69, P70: of what we wrote ourselves at most the newest membership is not committed.
  const auto& history = log_.memberships();
  if (history.size() < 2) return;
  const Index before = history[history.size() - 2].index;
  QUORATE_CHECK(log_.membership_index() <= leader.first_own || before <= log_.commit());
}

}  // namespace quorate::raft
