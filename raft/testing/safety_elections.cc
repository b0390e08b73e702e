// The part of SafetyChecker that looks at terms, votes and leaders.
#include "raft/testing/evidence.h"
#include "raft/testing/halves.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {
void SafetyChecker::check_one_leader_per_term(const NodeView& view, const CoreStatus& now) {
  const auto [leader, is_new] = leaders_.emplace(now.term, view.id.node);
  if (leader->second != view.id.node) {
    fail("R1", evidence("n", leader->second, " and n", view.id.node, " led term ", now.term));
  }
}

void SafetyChecker::check_one_vote_per_term(NodeView& view, const HardState& state) {
  if (!state.voted_for) return;
  const auto [vote, is_new] = view.votes.emplace(state.term, *state.voted_for);
  if (vote->second != *state.voted_for) {
    fail("R2",
         evidence("n",
                  view.id.node,
                  " voted for n",
                  vote->second.node,
                  " and for n",
                  state.voted_for->node,
                  " in term ",
                  state.term));
  }
}

void SafetyChecker::on_leadership(NodeView& view, const CoreStatus& now) {
  view.leading_since_tick = view.ticks;
  view.answered_at_tick.clear();
  view.matches.clear();
  view.appends.clear();
  check_votes_counted(view, now);
  check_leader_completeness(view, now);
  for (const auto& [id, other] : nodes_) {
    const bool leads = other.is_alive && other.status.role == Role::kLeader;
    if (id != view.id.node && leads) states_.saw(RareState::kTwoLeadersAtOnce);
  }
  if (view.campaign == CampaignReason::kTransfer) states_.saw(RareState::kTransferWon);
  if (view.nudge == Nudge::kProcessGone) states_.saw(RareState::kProcessGoneWon);
}

void SafetyChecker::check_votes_counted(const NodeView& view, const CoreStatus& now) {
  std::set<ReplicaId> voters;
  if (const auto granted = view.grants.find(now.term); granted != view.grants.end()) {
    voters = granted->second;
  }
  voters.erase(view.id);
  if (view.durable_votes.contains({now.term, view.id})) voters.insert(view.id);
  const Membership& membership = view.log.membership();
  const auto granted = [&](const ReplicaId& voter) { return voters.contains(voter); };
  if (!has_both_majorities(membership, granted)) {
    fail("R23",
         evidence("n",
                  view.id.node,
                  " leads term ",
                  now.term,
                  " with ",
                  voters.size(),
                  " durable votes of ",
                  membership));
  }
  const std::size_t needed = membership.voters.size() / 2 + 1;
  if (needed > 1 && count_of(membership.voters, granted) == needed) {
    states_.saw(RareState::kElectionWonByOneVote);
  }
  if (membership.is_joint() &&
      !count_of(membership.voters, [&](const ReplicaId& voter) { return voter == view.id; })) {
    states_.saw(RareState::kOutgoingVoterWon);
  }
}

void SafetyChecker::check_leader_completeness(const NodeView& view, const CoreStatus& now) {
  // The terms in committed_in_ never decrease.
  const auto end = std::lower_bound(committed_in_.begin(), committed_in_.end(), now.term);
  const Index needed{static_cast<std::uint64_t>(end - committed_in_.begin())};
  if (view.log.prefix(needed) != committed_.prefix(needed)) {
    fail("R9",
         evidence("n",
                  view.id.node,
                  " leads term ",
                  now.term,
                  " without what was committed up to ",
                  needed,
                  "; its log ends at ",
                  view.log.last_id()));
  }
}

void SafetyChecker::check_quorum_contact(const NodeView& view) {
  if (view.status.role != Role::kLeader) return;
  const auto is_near = [&](const ReplicaId& voter) {
    if (voter == view.id) return true;
    const auto at = view.answered_at_tick.find(voter);
    const std::uint64_t heard =
        at == view.answered_at_tick.end() ? view.leading_since_tick : at->second;
    return view.ticks - heard <= core_.election_timeout_ticks + 1;
  };
  if (!has_both_majorities(view.log.membership(), is_near)) {
    fail("R26",
         evidence("n",
                  view.id.node,
                  " leads term ",
                  view.status.term,
                  " although a quorum of ",
                  view.log.membership(),
                  " was quiet"));
  }
}

void SafetyChecker::note_leader_contact(NodeView& view, const Message& message) {
  const bool is_leaders = std::holds_alternative<AppendEntries>(message.body) ||
                          std::holds_alternative<Heartbeat>(message.body) ||
                          std::holds_alternative<InstallSnapshot>(message.body);
  if (!is_leaders || message.term < view.status.term) return;
  view.claim = NodeView::Claim{message.from, message.term};
  // Of the leader that it has, it believes the message for certain.
  if (message.term == view.status.term) believe_leader(view, view.status);
}

// A contact counts when the claim was believed; a stranger's may not be, not even that of the
// replica that was believed in an earlier term.
void SafetyChecker::believe_leader(NodeView& view, const CoreStatus& now) {
  if (!view.claim || now.leader != view.claim->leader || now.term != view.claim->term) return;
  view.leader_contact = NodeView::Contact{view.ticks, now.term};
  view.nudge.reset();
}

void SafetyChecker::note_vote_asked(NodeView& view,
                                    const Message& message,
                                    const RequestVote& request) {
  const VoteAsked key{message.from.node, request.kind, request.campaign_term, request.round};
  // One tick less than the timeout: the contact and the request lie inside ticks, not on them.
  const bool heard_leader =
      view.leader_contact && !view.nudge && view.status.role == Role::kFollower &&
      view.leader_contact->term == view.status.term &&
      view.ticks - view.leader_contact->tick + 1 < core_.election_timeout_ticks;
  std::string wrong;
  if (request.last_log < view.log.last_id()) {
    wrong = "R22";
  } else if (heard_leader && request.reason != CampaignReason::kTransfer) {
    wrong = "R25";
    view.unchanged_by = "R25";  // nor is the term of such a request adopted (P32)
  }
  const auto [asked, is_new] = view.asked.emplace(key, wrong);
  if (wrong.empty()) asked->second.clear();
}

void SafetyChecker::check_vote_sent(const Message& message, const RequestVoteResult& result) {
  const NodeView& view = node(message.from.node);
  const bool is_pre_vote = result.kind == VoteKind::kPreVote;
  if (result.answer == VoteAnswer::kRefusedLeaderKnown) {
    states_.saw(RareState::kPreVoteRefusedLeaderKnown);
  }
  if (result.answer == VoteAnswer::kRefusedLog) states_.saw(RareState::kVoteRefusedLog);
  if (result.answer == VoteAnswer::kRefusedVoted) states_.saw(RareState::kVoteRefusedVoted);
  if (result.answer != VoteAnswer::kGranted) return;
  if (!view.log.membership().is_voter(view.id)) states_.saw(RareState::kLearnerVoted);

  const VoteAsked key{message.to.node, result.kind, result.campaign_term, result.round};
  const auto asked = view.asked.find(key);
  const auto who = [&](std::string_view what) {
    return evidence("n",
                    view.id.node,
                    (is_pre_vote ? " pre-voted" : " voted"),
                    " for n",
                    message.to.node,
                    " in term ",
                    result.campaign_term,
                    what);
  };
  if (asked == view.asked.end()) {
    fail("R22", who(" without having been asked"));
  } else if (!asked->second.empty()) {
    fail(asked->second, who(""));
  }
  if (is_pre_vote) return;
  if (!view.durable_votes.contains({result.campaign_term, message.to})) {
    fail("R30", who(" before the vote was durable"));
  }
}

void SafetyChecker::check_campaign_sent(const Message& message, const RequestVote& request) {
  NodeView& view = node(message.from.node);
  view.campaign = request.reason;
  // An outgoing voter that does not know its removal to be committed may have to lead once more.
  const Membership* before = view.log.membership_before();
  const bool is_leaving = view.log.membership_index() > view.status.commit && before != nullptr &&
                          before->is_voter(view.id);
  if (!view.log.membership().is_voter(view.id) && !is_leaving) {
    fail("R35", evidence("n", view.id.node, " campaigns with ", view.log.membership()));
  }
  if (request.reason == CampaignReason::kTransfer || view.nudge || !view.leader_contact) return;
  if (view.leader_contact->term != view.status.term || request.kind != VoteKind::kPreVote) return;
  const std::uint64_t waited = view.ticks - view.leader_contact->tick;
  if (waited < core_.election_timeout_ticks) {
    fail("R41",
         evidence("n", view.id.node, " campaigns ", waited, " ticks after it heard its leader"));
  }
}

}  // namespace quorate::raft::testing
