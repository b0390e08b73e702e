// A replica as seen from outside: for people, tests and metrics.
#include <sstream>

#include "raft/core/replica.h"

namespace quorate::raft {

CoreStatus Replica::status() const {
  CoreStatus status;
  status.self = options_.self;
  status.role = role();
  status.term = term();
  status.voted_for = hard_state_.voted_for;
  status.last = log_.last();
  status.persisted = log_.persisted();
  status.commit = log_.commit();
  status.applied = log_.applied();
  status.first = log_.first();
  status.restoring = log_.is_restoring();
  status.uncommitted_bytes = proposals_.uncommitted_bytes();
  status.messages_ignored = messages_ignored_;
  status.stopped = is_stopped_;
  status.membership = membership();
  status.membership_index = log_.membership_index();
  status.change = change_status();
  status.promise_left_ns = support_.left_ns();
  if (const auto* follower = std::get_if<Follower>(&role_)) status.leader = follower->leader;
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    status.leader = options_.self;
    status.peers.reserve(leader->replication.peers().size());
    status.lease_left_ns = lease_left_ns(*leader);
    for (const Peer& peer : leader->replication.peers()) {
      status.peers.push_back({peer.id,
                              peer.progress.match(),
                              peer.progress.next(),
                              to_string(peer.progress.state()),
                              peer.leaving.has_value(),
                              now_ - peer.contact_at});
    }
  }
  return status;
}

std::string_view to_string(ChangeStatus::Stage stage) {
  switch (stage) {
    case ChangeStatus::Stage::kCatchUp: return "catch_up";
    case ChangeStatus::Stage::kLearners: return "learners";
    case ChangeStatus::Stage::kJoint: return "joint";
    case ChangeStatus::Stage::kLeaving: return "leaving";
  }
  return "invalid_stage";
}

std::optional<ChangeStatus> Replica::change_status() const {
  using Stage = ChangeStatus::Stage;
  const auto* leader = std::get_if<Leader>(&role_);
  const bool is_promoting = leader != nullptr && leader->promotion;
  if (is_membership_committed() && !membership().is_joint() && !is_promoting) return std::nullopt;
  ChangeStatus status;
  if (is_promoting && is_membership_committed()) {
    status.stage = Stage::kCatchUp;
    for (const CatchUp& learner : leader->promotion->learners) {
      if (!learner.is_done()) status.waits_for.push_back(learner.learner());
    }
    const std::uint64_t deadline = leader->promotion->deadline;
    status.ticks_left = deadline > now_ ? deadline - now_ : 0;
    return status;
  }
  const auto& history = log_.memberships();
  const bool was_joint = history.size() > 1 && history[history.size() - 2].membership.is_joint();
  status.stage = membership().is_joint() ? Stage::kJoint
                 : was_joint             ? Stage::kLeaving
                                         : Stage::kLearners;
  if (leader == nullptr) return status;
  for (const Peer& peer : leader->replication.peers()) {
    const bool has_entry = peer.progress.match() >= log_.membership_index();
    if (membership().is_voter(peer.id) && !has_entry) status.waits_for.push_back(peer.id);
  }
  return status;
}

std::string Replica::describe() const {
  std::ostringstream out;
  out << role() << " term=" << term();
  if (log_.snapshot().index.value > 0) out << " snapshot=" << log_.snapshot();
  out << " log=";
  std::string_view separator;
  for (const TermRun& run : log_.terms().runs()) {
    out << separator << run.first << ':' << run.term;
    separator = " ";
  }
  out << " last=" << log_.last().index << " commit=" << log_.commit()
      << " applied=" << log_.applied();
  return out.str();
}

}  // namespace quorate::raft
