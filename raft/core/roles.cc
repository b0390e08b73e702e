// The only changes of role.
#include <utility>

#include "raft/base/check.h"
#include "raft/core/electable.h"
#include "raft/core/replica.h"

namespace quorate::raft {

Role Replica::role() const {
  constexpr Role kRoles[] = {Role::kFollower, Role::kPreCandidate, Role::kCandidate, Role::kLeader};
  static_assert(std::variant_size_v<RoleState> == std::size(kRoles));
  return kRoles[role_.index()];
}

// A term above ours exists: whatever we were in the old one, we are a follower of the new one. A
// follower's or candidate's election timer goes on; a leader has had none.
void Replica::adopt_term(Term newer, std::string_view why) {
  QUORATE_CHECK(newer > term());
  const Timer timer = role() == Role::kLeader ? Timer::kReset : Timer::kKeep;
  set_hard_state({newer, std::nullopt});
  become_follower(why, timer);
  emit(EventKind::kTermChanged, why);
}

void Replica::become_follower(std::string_view why, Timer timer) {
  const bool is_change = role() != Role::kFollower;
  leave_role(why);
  role_ = Follower{};
  if (timer == Timer::kReset) reset_election_timer();
  if (is_change) emit(EventKind::kRoleChanged, why);
}

void Replica::become_pre_candidate(std::string_view why) {
  QUORATE_CHECK(can_campaign() && role() != Role::kLeader);
  leave_role(why);
  leader_contact_.reset();
  reset_election_timer();
  hasten_next_ask();
  Ballot ballot(VoteKind::kPreVote, term().next(), ++vote_round_);
  ballot.record(options_.self, Opinion::kYes);
  role_ = PreCandidate{std::move(ballot)};
  emit(EventKind::kRoleChanged, why);
  request_votes(VoteKind::kPreVote, CampaignReason::kTimeout);
  count_ballot();
}

// The vote for ourselves is a promise like any other: neither it nor the requests count or leave
// before it is durable. Otherwise a crash could let this term be campaigned for twice.
void Replica::become_candidate(CampaignReason reason) {
  QUORATE_CHECK(can_campaign() && role() != Role::kLeader);
  leave_role("campaign");
  leader_contact_.reset();
  set_hard_state({term().next(), options_.self});
  reset_election_timer();
  role_ = Candidate{Ballot(VoteKind::kVote, term(), ++vote_round_), hard_state_seq()};
  emit(EventKind::kTermChanged, "campaign");
  emit(EventKind::kRoleChanged, reason == CampaignReason::kTransfer ? "transfer" : "pre-vote won");
  request_votes(VoteKind::kVote, reason);
}

void Replica::become_leader() {
  QUORATE_CHECK(role() == Role::kCandidate);
  QUORATE_CHECK(hard_state_.voted_for == options_.self);
  leave_role("won");
  const Progress::Limits limits = progress_limits(options_);
  role_ = Leader{
      .replication = Replication(membership(), options_.self, limits, {log_.last().index, now_}),
      .first_own = log_.last().index.next(),
      .heartbeat_at = now_,
      .hand_over_at = now_ + options_.election_timeout_ticks};
  emit(EventKind::kRoleChanged, "won");
  emit(EventKind::kLeaderKnown, "").peer = options_.self;
  append_own(EntryKind::kNoop, SharedBytes());  // §8: learn what is committed without waiting
}

// What the role we leave owes to others.
void Replica::leave_role(std::string_view why) {
  if (auto* leader = std::get_if<Leader>(&role_)) {
    guided_at_ = now_;
    proposals_.end_leadership();
    if (leader->promotion && !leader->promotion->is_expired) {
      refuse_change(leader->promotion->token,
                    {ChangeRefusal::kAbandoned, "the leadership ended before the voters changed"});
    }
    const bool is_out = !membership().contains(options_.self) && !can_campaign();
    if (is_out) abandon_pending("this replica was removed");
    refuse_reads(leader->reads.drain(), why);
    for (Peer& peer : leader->replication.peers())
      end_snapshot(peer);
    emit(EventKind::kLeaderLost, why).peer = options_.self;
  }
  forget_leader(why);
}

// Reads that were sent to that leader end here: nobody may answer them any more (P97).
void Replica::forget_leader(std::string_view why) {
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr) return;
  refuse_reads(follower->reads.drain(), Code::kUnavailable, why);
  end_forwards(follower->forwards.drain(why));
  follower->receiving
      .reset();  // the bytes stay with the driver: the next leader may go on with them
  if (const auto lost = std::exchange(follower->leader, std::nullopt)) {
    emit(EventKind::kLeaderLost, why).peer = *lost;
  }
}

// `leader` says that it leads our term. False: two of them do, which must never be (P18).
bool Replica::follow(const ReplicaId& leader) {
  if (role() == Role::kLeader) {
    violate("another leader in our own term");
    return false;
  }
  if (role() != Role::kFollower) become_follower("leader heard", Timer::kReset);
  auto& follower = std::get<Follower>(role_);
  if (follower.leader && *follower.leader != leader) {
    violate("two leaders in one term");
    return false;
  }
  if (!follower.leader) {
    follower.leader = leader;
    emit(EventKind::kLeaderKnown, "").peer = leader;
  }
  leader_contact_ = now_;
  gone_asks_left_ = 0;
  guided_at_ = now_;
  reset_election_timer();
  return true;
}

// Only with a disk that can keep the promise and a state machine that can go on from the log (P88).
bool Replica::can_campaign() const {
  return !is_stopped_ && !log_.is_restoring() && storage_ != StorageHealth::kHung &&
         is_electable(log_, options_.self);
}

}  // namespace quorate::raft
