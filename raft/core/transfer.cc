// Handing the leadership over on purpose (dissertation §3.10).
#include <algorithm>

#include "raft/base/check.h"
#include "raft/core/electable.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::transfer(NodeId target) {
  const auto refuse = [&](std::string_view why) { emit(EventKind::kTransfer, why); };
  auto* leader = std::get_if<Leader>(&role_);
  if (is_stopped_) return;
  if (leader == nullptr) return refuse("refused: not leading");
  if (leader->transfer) return refuse("refused: a transfer is under way");
  if (target == options_.self.node) return refuse("refused: we lead already");
  const auto& peers = leader->replication.peers();
  const auto is_target = [&](const Peer& each) { return each.id.node == target; };
  if (std::none_of(peers.begin(), peers.end(), is_target)) return refuse("refused: not a member");
  const auto peer = std::find_if(peers.begin(), peers.end(), [&](const Peer& each) {
    return is_target(each) && is_eligible(each.id);
  });
  if (peer == peers.end()) return refuse("refused: not a voter");
  begin_transfer(*leader, *peer);
  advance_transfer(*leader);
}

void Replica::transfer_to_best() {
  const auto refuse = [&](std::string_view why) { emit(EventKind::kTransfer, why); };
  auto* leader = std::get_if<Leader>(&role_);
  if (is_stopped_) return;
  if (leader == nullptr) return refuse("refused: not leading");
  if (leader->transfer) return refuse("refused: a transfer is under way");
  const Peer* best = best_target(*leader);
  if (best == nullptr) return refuse("refused: no other voter can be reached");
  begin_transfer(*leader, *best);
  advance_transfer(*leader);
}

// A voter that stays one: who is on the way out of a joint membership would only pass the
// leadership on (P71, P104).
bool Replica::is_eligible(const ReplicaId& replica) const {
  const auto& voters = membership().voters;
  return std::find(voters.begin(), voters.end(), replica) != voters.end();
}

// The eligible peer that can be reached and holds most; of equal ones the first.
const Peer* Replica::best_target(const Leader& leader) const {
  const Peer* best = nullptr;
  for (const Peer& peer : leader.replication.peers()) {
    if (!is_eligible(peer.id) || !is_reachable(leader, peer.id)) continue;
    if (best == nullptr || peer.progress.match() > best->progress.match()) best = &peer;
  }
  return best;
}

void Replica::begin_transfer(Leader& leader, const Peer& target) {
  QUORATE_CHECK(!leader.transfer && is_eligible(target.id));
  leader.transfer = LeaderTransfer{target.id, now_ + options_.election_timeout_ticks};
  emit(EventKind::kTransfer, "started").peer = target.id;
}

// The target is told once it holds our whole log durably; until the deadline nothing new enters.
void Replica::advance_transfer(Leader& leader) {
  if (!leader.transfer || leader.transfer->is_sent) return;
  const Peer* peer = leader.replication.find(leader.transfer->target);
  if (peer == nullptr || !peer->progress.is_trusted()) return;
  if (peer->progress.match() != log_.last().index) return;
  // Whoever leaves the voters hears of no later commit: it waits for what clients asked of it.
  if (!membership().is_voter(options_.self) && log_.commit() != log_.last().index) return;
  QUORATE_CHECK(membership().is_voter(peer->id));  // P104
  leader.transfer->is_sent = true;
  leader.lease.give_up();  // whoever the target asks forgets what it promised us (P99)
  emit(EventKind::kTransfer, "sent").peer = peer->id;
  send(peer->id, TimeoutNow{log_.last()});
}

// Our leader asks us to take over: campaign at once, past everyone's stickiness (P32).
void Replica::on(const Message& message, TimeoutNow& request) {
  if (!is_electable(log_, options_.self)) return ignore(message, IgnoreReason::kNotVoter);
  const auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || follower->leader != message.from) {
    return ignore(message, IgnoreReason::kNotFromLeader);
  }
  if (!log_.holds(request.last_log)) return ignore(message, IgnoreReason::kLogBehind);
  if (can_campaign()) become_candidate(CampaignReason::kTransfer);
}

}  // namespace quorate::raft
