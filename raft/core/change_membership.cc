// Changing who votes and who listens (§6; dissertation §4).
//
//   asked -> judged -> (new voters listen and catch up) -> joint -> left joint
//
// An entry is effective as soon as it is in the log. The next one is written only when the one
// before is committed, in advance_membership(), which every leader runs whether it was asked for
// the change or found it in its log (P69, P72).
#include <algorithm>
#include <sstream>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::change_membership(const MembershipChange& change) {
  if (const auto refused = judge(change)) return refuse_change(change.token, *refused);
  auto& leader = std::get<Leader>(role_);
  Membership target = std::get<Membership>(target_of(membership(), change));
  if (change.add_voters.empty()) {
    const bool is_joint = changes_voters(membership(), target);
    const LogId entry = append_membership(is_joint ? enter_joint(membership(), target) : target);
    return changes_.add(change.token, entry);
  }
  const std::uint64_t patience =
      change.catch_up_ticks > 0 ? change.catch_up_ticks : options_.catch_up_ticks;
  leader.promotion = Promotion{.token = change.token,
                               .before = membership(),
                               .target = std::move(target),
                               .deadline = now_ + patience};
  for (const ReplicaId& learner : change.add_voters)
    leader.promotion->learners.emplace_back(learner, log_.last().index, now_);
  is_flush_due_ = true;
}

// Nothing, or why the change will not be made. What the lists ask for is judged last: it means
// something only for a membership that is settled.
std::optional<Refused> Replica::judge(const MembershipChange& change) const {
  if (is_stopped_) return Refused{ChangeRefusal::kStopped, "the group has stopped"};
  const auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return Refused{ChangeRefusal::kNotLeader, "this replica does not lead"};
  if (change.expected_term && *change.expected_term != term()) {
    return Refused{ChangeRefusal::kWrongTerm, "leading another term than expected"};
  }
  if (leader->transfer) {
    return Refused{ChangeRefusal::kTransferUnderWay, "the leadership is being transferred"};
  }
  if (log_.commit() < leader->first_own) {
    return Refused{ChangeRefusal::kTermNotCommitted, "no entry of this term is committed yet"};
  }
  if (leader->promotion || membership().is_joint() || !is_membership_committed()) {
    return Refused{ChangeRefusal::kChangeUnderWay, "another change is not finished"};
  }
  if (change.expected_index && *change.expected_index != log_.membership_index()) {
    std::ostringstream detail;
    detail << "the membership is that of entry " << log_.membership_index() << ", not "
           << *change.expected_index;
    return Refused{ChangeRefusal::kWrongMembership, detail.str()};
  }
  PlannedMembership plan = target_of(membership(), change);
  if (auto* refused = std::get_if<Refused>(&plan)) return std::move(*refused);
  // Whoever is yet to catch up is taken at the caller's word until then.
  return judge_quorum(std::get<Membership>(plan), [&](const ReplicaId& voter) {
    return !membership().contains(voter) || is_reachable(*leader, voter);
  });
}

void Replica::refuse_change(ChangeToken token, const Refused& refused) {
  emit(EventKind::kChangeEnded, to_string(refused.reason));
  ready_.changes.push_back({.token = token, .status = refused.status(), .refusal = refused.reason});
}

bool Replica::is_reachable(const Leader& leader, const ReplicaId& replica) const {
  if (replica == options_.self) return true;
  const Peer* peer = leader.replication.find(replica);
  return peer != nullptr && peer->has_answered && peer->progress.is_trusted() &&
         now_ - peer->contact_at < options_.election_timeout_ticks;
}

bool Replica::is_membership_committed() const {
  return log_.membership_index() <= log_.commit();
}

// One membership after the other, each effective from here on (P67).
LogId Replica::append_membership(const Membership& next) {
  auto& leader = std::get<Leader>(role_);
  QUORATE_CHECK(is_membership_committed());          // P69
  QUORATE_CHECK(log_.commit() >= leader.first_own);  // P70
  QUORATE_CHECK(next != membership() && validate(next).is_ok());
  const LogId entry = append_own(EntryKind::kMembership, SharedBytes(encode_membership(next)));
  leader.replication.reconfigure(membership(),
                                 entry.index,
                                 {log_.last().index, now_, leader.round},
                                 now_ + options_.election_timeout_ticks);
  note_membership();
  return entry;
}

// The next membership that is due, if any; afterwards a leader that may not vote any more retires.
void Replica::advance_membership() {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return;
  for (Peer& removed : leader->replication.release_removed(now_))
    end_snapshot(removed);
  if (leader->promotion) note_catch_up(*leader);
  const bool is_free =
      is_membership_committed() && log_.commit() >= leader->first_own && !leader->transfer;
  if (is_free && membership().is_joint()) {
    append_membership(leave_joint(membership()));  // P72
    advance_commit();  // one half less has to hold what is there already
  } else if (is_free && leader->promotion) {
    advance_promotion(*leader);
  }
  retire(*leader);
}

void Replica::note_catch_up(Leader& leader) {
  for (CatchUp& learner : leader.promotion->learners) {
    const Peer* peer = leader.replication.find(learner.learner());
    if (peer == nullptr || !peer->progress.is_trusted()) continue;
    learner.on_match(
        peer->progress.match(), log_.last().index, now_, options_.election_timeout_ticks);
  }
}

// Requires that a membership may be written.
void Replica::advance_promotion(Leader& leader) {
  Promotion& promotion = *leader.promotion;
  if (promotion.is_expired) {
    if (membership() != promotion.before) append_membership(promotion.before);
    leader.promotion.reset();
    return;
  }
  const Membership listening = listening_first(promotion.before, promotion.target);
  if (membership() != listening) {
    append_membership(listening);
    return;
  }
  if (why_not_promoted(leader)) return;
  changes_.add(promotion.token, append_membership(enter_joint(membership(), promotion.target)));
  leader.promotion.reset();
}

// What the promotion waits for; nothing when the joint membership may begin.
std::optional<Refused> Replica::why_not_promoted(const Leader& leader) const {
  const Promotion& promotion = *leader.promotion;
  for (const CatchUp& learner : promotion.learners) {
    if (learner.is_done() && is_reachable(leader, learner.learner())) continue;
    const Peer* peer = leader.replication.find(learner.learner());
    std::ostringstream detail;
    detail << "replica " << learner.learner() << " did not catch up: it holds "
           << (peer == nullptr ? Index{0} : peer->progress.match()) << " of " << log_.last().index;
    return Refused{ChangeRefusal::kCatchUpExpired, detail.str()};
  }
  return judge_quorum(promotion.target,
                      [&](const ReplicaId& voter) { return is_reachable(leader, voter); });
}

// The slot becomes free, and what was written for the change is taken back as soon as it may
// (P79).
void Replica::expire_promotion(Leader& leader) {
  if (!leader.promotion || leader.promotion->is_expired || now_ < leader.promotion->deadline) {
    return;
  }
  const Refused waited_for{ChangeRefusal::kCatchUpExpired, "its turn did not come"};
  refuse_change(leader.promotion->token, why_not_promoted(leader).value_or(waited_for));
  leader.promotion->is_expired = true;
}

// A leader that may not vote any more leads on until that is committed, without counting itself;
// then it hands over to the voter that knows most, or just makes way (P73, R37).
void Replica::retire(Leader& leader) {
  if (membership().is_voter(options_.self) || !is_membership_committed()) return;
  const Peer* best = leader.transfer ? nullptr : best_target(leader);
  if (best != nullptr) begin_transfer(leader, *best);
  advance_transfer(leader);
  if (!leader.transfer || leader.transfer->is_sent) {
    become_follower("no voter any more", Timer::kReset);
  }
}

// How changes end that only the log decides about.
void Replica::resolve_changes() {
  if (changes_.empty()) return;
  note_changes(changes_.resolve(log_.terms(), log_.memberships(), log_.commit()));
}

void Replica::note_changes(std::vector<ChangeOutcome> outcomes) {
  for (ChangeOutcome& outcome : outcomes) {
    emit(EventKind::kChangeEnded,
         outcome.status.is_ok() ? "committed" : to_string(outcome.status.code()));
    ready_.changes.push_back(std::move(outcome));
  }
}

// Nobody tells us any more how what we have in the log ends.
void Replica::abandon_pending(std::string_view why) {
  auto outcomes = proposals_.abandon(why);
  ready_.outcomes.insert(ready_.outcomes.end(), outcomes.begin(), outcomes.end());
  note_changes(changes_.abandon(why));
}

}  // namespace quorate::raft
