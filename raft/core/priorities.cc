// Who shall lead rather than others: a wish beside the rules of elections, which it never changes.
//
//   - the leader tells everyone the highest priority among those who could follow it; whoever has a
//     lower one lets the others stand first, for one more window of the timeout's jitter
//   - of two rivals with equal logs the one with the lower priority gives way (yield_to)
//   - a leader hands over to a voter with a higher priority that has been heard for an election
//     timeout without a break and holds what is committed; after a failure it rests
#include "raft/core/replica.h"

namespace quorate::raft {

std::uint32_t Replica::heir_priority(const Leader& leader) const {
  std::uint32_t highest = 0;
  for (const Peer& peer : leader.replication.peers()) {
    if (peer.priority > highest && is_eligible(peer.id) && is_reachable(leader, peer.id)) {
      highest = peer.priority;
    }
  }
  return highest;
}

// The voter that shall lead rather than we; null when there is none, or none that is ready.
const Peer* Replica::preferred(const Leader& leader) const {
  const Peer* best = nullptr;
  const std::uint64_t patience = options_.election_timeout_ticks;
  for (const Peer& peer : leader.replication.peers()) {
    if (peer.priority <= options_.priority || !is_eligible(peer.id)) continue;
    if (!is_reachable(leader, peer.id) || now_ - peer.steady_since < patience) continue;
    if (peer.progress.state() != Progress::State::kReplicate) continue;
    if (peer.progress.match() < log_.commit()) continue;
    if (best == nullptr || peer.priority > best->priority) best = &peer;
  }
  return best;
}

// Nothing else must be under way: a transfer freezes proposals, if only for a moment.
void Replica::hand_over(Leader& leader) {
  if (now_ < leader.hand_over_at || leader.transfer || leader.promotion) return;
  const bool is_settled = is_membership_committed() && !membership().is_joint();
  if (!is_settled || log_.commit() < leader.first_own) return;
  const Peer* peer = preferred(leader);
  if (peer == nullptr) return;
  emit(EventKind::kTransfer, "preferred").peer = peer->id;
  begin_transfer(leader, *peer);
  advance_transfer(leader);
}

}  // namespace quorate::raft
