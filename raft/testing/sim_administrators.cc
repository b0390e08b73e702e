#include "raft/testing/sim_administrators.h"

#include <algorithm>
#include <utility>

namespace quorate::raft::testing {

SimAdministrators::SimAdministrators(SimWorld& world, Random random, SimReplicas& replicas)
    : world_(world), random_(random), replicas_(replicas) {}

void SimAdministrators::start() {
  if (world_.options.administrators.change_every > 0) change_again();
  if (world_.options.administrators.wipe_every > 0) wipe_again();
}

void SimAdministrators::change_again() {
  const SimTime mean = world_.options.administrators.change_every;
  world_.heap.after(random_.between(mean / 2, mean + mean / 2), [this] {
    if (is_over_) return;
    change();
    change_again();
  });
}

void SimAdministrators::wipe_again() {
  const SimTime mean = world_.options.administrators.wipe_every;
  world_.heap.after(random_.between(mean / 2, mean + mean / 2), [this] {
    if (is_over_) return;
    wipe();
    wipe_again();
  });
}

SimReplica* SimAdministrators::leader() const {
  SimReplica* newest = nullptr;
  for (const auto& replica : replicas_) {
    if (!replica->leads()) continue;
    if (!newest || replica->status().term > newest->status().term) newest = replica.get();
  }
  return newest;
}

std::optional<ReplicaId> SimAdministrators::draw(const std::vector<ReplicaId>& list) {
  if (list.empty()) return std::nullopt;
  return list[random_.below(list.size())];
}

// --- changes ---

void SimAdministrators::change() {
  SimReplica* asked = random_.chance(19, 20) ? leader() : nullptr;
  if (!asked) asked = replicas_[random_.below(replicas_.size())].get();
  if (!asked->is_up() || asked->is_paused()) return;
  const CoreStatus status = asked->status();
  if (!has_noticed(status)) return;
  MembershipChange change = draw_change(status.membership);
  change.token = ++tokens_;
  change.catch_up_ticks = 1 + static_cast<std::uint32_t>(
                                  random_.below(world_.options.administrators.catch_up_ticks_max));
  if (random_.chance(1, 8)) change.expected_index = status.membership_index;
  asked->change_membership(std::move(change));
  // What was just written, or is about to be, reaches nobody.
  if (random_.chance(1, 8)) cut_off(asked->node());
}

void SimAdministrators::cut_off(NodeId node) {
  for (const auto& other : replicas_)
    world_.network.cut_both(node.value, other->node().value);
  world_.heap.after(random_.between(kMillisecond, 1500 * kMillisecond),
                    [this] { world_.network.mend(); });
}

MembershipChange SimAdministrators::draw_change(const Membership& membership) {
  MembershipChange change;
  replace_lost(membership, change);
  const std::uint64_t steps = random_.chance(1, 3) ? random_.between(2, 4) : 1;
  for (std::uint64_t i = 0; i < steps; ++i)
    draw_step(membership, change);
  return change;
}

// A lost disk is mostly replaced by the new one of its node, else just removed, else left.
void SimAdministrators::replace_lost(const Membership& membership, MembershipChange& change) {
  for (const ReplicaId& lost : lost_members(membership)) {
    if (random_.chance(1, 4)) continue;
    change.remove.push_back(lost);
    const ReplicaId anew = now_at(lost.node);
    if (random_.chance(1, 4) || membership.contains(anew)) continue;
    (membership.is_voter(lost) ? change.add_voters : change.add_learners).push_back(anew);
  }
}

void SimAdministrators::draw_step(const Membership& membership, MembershipChange& change) {
  const auto into = [&](std::vector<ReplicaId>& list, std::optional<ReplicaId> drawn) {
    if (drawn) list.push_back(*drawn);
  };
  switch (random_.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3: return add(membership, change);
    case 4:
    case 5: return into(change.add_voters, draw(membership.learners));
    case 6:
    case 7: return into(change.remove, draw(membership.all()));
    case 8: return into(change.demote, draw(membership.voters));
    case 9: return into(change.remove, draw(membership.voters));
    case 10:  // the leader itself, or whoever is asked
      if (const SimReplica* leading = leader()) change.remove.push_back(leading->id());
      return;
    default:  // nonsense
      return into(change.remove, draw(outsiders(membership)));
  }
}

void SimAdministrators::add(const Membership& membership, MembershipChange& change) {
  const std::optional<ReplicaId> anew = draw(outsiders(membership));
  if (!anew) return;
  const bool is_full = membership.voters.size() + change.add_voters.size() >= kVotersMax;
  const bool listens = is_full || random_.chance(1, 3);
  (listens ? change.add_learners : change.add_voters).push_back(*anew);
}

std::vector<ReplicaId> SimAdministrators::outsiders(const Membership& membership) const {
  std::vector<ReplicaId> found;
  for (const auto& replica : replicas_) {
    if (!membership.contains(replica->id())) found.push_back(replica->id());
  }
  return found;
}

std::vector<ReplicaId> SimAdministrators::lost_members(const Membership& membership) const {
  std::vector<ReplicaId> found;
  for (const ReplicaId& member : membership.all()) {
    if (world_.checker.is_lost(member)) found.push_back(member);
  }
  return found;
}

// A leader that still believes a lost disk to be near could give away a vote that it needs.
bool SimAdministrators::has_noticed(const CoreStatus& status) const {
  return std::all_of(status.peers.begin(), status.peers.end(), [&](const PeerStatus& peer) {
    return !world_.checker.is_lost(peer.replica) ||
           peer.ticks_since_contact >= world_.options.core.election_timeout_ticks;
  });
}

// --- lost disks ---

bool SimAdministrators::is_settled() const {
  const LogMirror& committed = world_.checker.committed();
  return std::all_of(replicas_.begin(), replicas_.end(), [&](const auto& replica) {
    const NodeView& view = world_.checker.view(replica->node());
    const bool is_committed = view.log.memberships_behind(committed.last()) == 0 &&
                              view.durable.memberships_behind(committed.last()) == 0;
    const bool is_changing = replica->leads() && replica->status().change.has_value();
    return is_committed && !is_changing && !replica->is_paused();
  });
}

void SimAdministrators::wipe() {
  if (!is_settled()) return;
  const Membership& membership = world_.checker.committed().membership();
  SimReplica& victim = *replicas_[random_.below(replicas_.size())];
  const auto is_lost = [&](const ReplicaId& voter) { return world_.checker.is_lost(voter); };
  const auto lost = static_cast<std::size_t>(
      std::count_if(membership.voters.begin(), membership.voters.end(), is_lost));
  const bool is_voter = membership.is_voter(victim.id());
  if (membership.is_joint() || 2 * (lost + (is_voter ? 1 : 0)) >= membership.voters.size()) return;
  victim.wipe({victim.node(), Incarnation{random_.next(), random_.next()}});
}

}  // namespace quorate::raft::testing
