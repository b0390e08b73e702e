// Elections: Raft paper §5.2 and §5.4.1, pre-vote of dissertation §9.6, stickiness of §6.
#include <tuple>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::request_votes(VoteKind kind, CampaignReason reason) {
  Ballot* current = ballot();
  QUORATE_CHECK(current != nullptr && current->kind() == kind);
  const RequestVote request{
      kind, reason, current->term(), current->round(), log_.last(), options_.priority};
  for (const ReplicaId& member : membership().all()) {
    if (member == options_.self || !membership().is_voter(member)) continue;
    if (kind == VoteKind::kPreVote) {
      send(member, request);
    } else {
      send_when_durable(member, request, hard_state_seq());
    }
  }
}

// Whoever is asked votes, whether its own membership makes it a voter or not: who counts is for the
// candidate's membership to say, and that may be newer. A learner may be asked because it is a
// voter in an entry that it has not got yet, and without its vote the group might stand still
// (dissertation §4.1; P75). What it votes for has at least its own log, as everywhere.
void Replica::on(const Message& message, RequestVote& request) {
  const bool is_real = request.kind == VoteKind::kVote;
  const VoteAnswer answer = judge(message, request);
  const bool is_newer = is_real && request.campaign_term > term();
  if (is_newer && answer != VoteAnswer::kRefusedLeaderKnown) adopt_term(message.term, "vote asked");

  const RequestVoteResult result{request.kind, answer, request.campaign_term, request.round};
  if (answer != VoteAnswer::kGranted) {
    emit(EventKind::kVoteRefused, to_string(answer)).peer = message.from;
    return send(message.from, result);
  }
  emit(EventKind::kVoteGranted, is_real ? "" : "pre-vote").peer = message.from;
  if (!is_real) {
    send(message.from, result);
    return yield_to(message, request);
  }
  if (hard_state_.voted_for != message.from) set_hard_state({term(), message.from});
  if (role() != Role::kFollower) become_follower("voted", Timer::kKeep);
  reset_election_timer();
  send_when_durable(message.from, result, hard_state_seq());
}

VoteAnswer Replica::judge(const Message& message, const RequestVote& request) const {
  const bool is_pre = request.kind == VoteKind::kPreVote;
  const Term lowest = is_pre ? term().next() : term();
  if (request.campaign_term < lowest) return VoteAnswer::kRefusedTerm;
  // A leader gives way only to a voter of its own choice, never to a stranger (P32, P34).
  const bool is_chosen =
      request.reason == CampaignReason::kTransfer && membership().is_voter(message.from);
  if (!is_chosen && (is_leader_near() || support_.is_bound())) {
    return VoteAnswer::kRefusedLeaderKnown;
  }
  if (request.last_log < log_.last()) return VoteAnswer::kRefusedLog;
  const bool has_voted = request.campaign_term == term() && hard_state_.voted_for.has_value();
  if (has_voted && *hard_state_.voted_for != message.from) return VoteAnswer::kRefusedVoted;
  return VoteAnswer::kGranted;
}

// Two replicas that lost the same leader at the same moment would grant each other the pre-vote and
// then split the real one. The one with the older log, or else the lower priority, or else the
// smaller id, gives way; its timer goes on, so nobody waits for a rival that never comes.
void Replica::yield_to(const Message& rival, const RequestVote& request) {
  if (role() != Role::kPreCandidate) return;
  const auto ours = std::tuple(log_.last(), options_.priority, options_.self);
  if (ours < std::tuple(request.last_log, request.priority, rival.from)) {
    become_follower("rival has precedence", Timer::kKeep);
  }
}

void Replica::on(const Message& message, RequestVoteResult& result) {
  Ballot* current = ballot();
  if (current == nullptr || !current->is_answered_by(result)) {
    return ignore(message, IgnoreReason::kStaleAnswer);
  }
  if (!membership().is_voter(message.from)) return ignore(message, IgnoreReason::kNotVoter);
  const bool is_granted = result.answer == VoteAnswer::kGranted;
  if (!current->record(message.from, is_granted ? Opinion::kYes : Opinion::kNo)) {
    return ignore(message, IgnoreReason::kStaleAnswer);
  }
  count_ballot();
}

void Replica::count_ballot() {
  const Ballot* current = ballot();
  QUORATE_CHECK(current != nullptr);
  switch (current->result(membership())) {
    case Tally::kPending: return;
    case Tally::kLost: return become_follower("election lost", Timer::kKeep);
    case Tally::kWon: break;
  }
  if (current->kind() == VoteKind::kPreVote) {
    if (can_campaign()) become_candidate(CampaignReason::kTimeout);
  } else {
    become_leader();
  }
}

Ballot* Replica::ballot() {
  if (auto* pre_candidate = std::get_if<PreCandidate>(&role_)) return &pre_candidate->ballot;
  if (auto* candidate = std::get_if<Candidate>(&role_)) return &candidate->ballot;
  return nullptr;
}

}  // namespace quorate::raft
