#include "raft/host/node_watch.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::raft {

NodeWatch::Heard NodeWatch::on_beat(const NodeBeat& beat) {
  const auto [found, is_new] = nodes_.try_emplace(beat.from);
  Node& node = found->second;
  const bool same_life = !is_new && node.epoch.life == beat.epoch.life;
  if (same_life && beat.number <= node.number) return Heard::kStale;
  if (!is_new && !same_life) wake_all(beat.from, node);
  if (same_life && node.epoch != beat.epoch) wake_followers(beat.from, node);
  node.epoch = beat.epoch;
  node.number = beat.number;
  node.heard_at = now_;
  node.is_lost = false;
  return Heard::kFresh;
}

void NodeWatch::on_interval() {
  ++now_;
  for (auto& [id, node] : nodes_) {
    if (node.is_lost || now_ - node.heard_at < silent_max_) continue;
    node.is_lost = true;
    lost_.push_back(id);
    wake_all(id, node);
  }
  // A lost one is remembered, for its old beats, as long as there is room.
  if (nodes_.size() <= kRememberedMax) return;
  std::erase_if(nodes_, [](const auto& each) { return each.second.is_lost; });
}

void NodeWatch::on_node_lost(NodeId lost) {
  for (auto& [id, node] : nodes_) {
    if (id.node != lost) continue;
    node.is_lost = true;
    wake_all(id, node);
  }
}

// Its groups are forgotten with it: none counts on it any more.
void NodeWatch::wake_all(const ReplicaId& id, Node& node) {
  const std::size_t first = wake_ups_.size();
  for (const auto& [group, reliance] : node.groups) {
    const bool leads = reliance == Reliance::kItsLeader;
    wake_ups_.push_back(
        {group, id, leads ? WakeUp::Reason::kLeaderLost : WakeUp::Reason::kFollowerLost});
  }
  forget_woken(first);
}

// What is promised concerns those that are led from there alone.
void NodeWatch::wake_followers(const ReplicaId& id, Node& node) {
  const std::size_t first = wake_ups_.size();
  for (const auto& [group, reliance] : node.groups) {
    if (reliance != Reliance::kItsLeader) continue;
    wake_ups_.push_back({group, id, WakeUp::Reason::kPromiseBroken});
  }
  forget_woken(first);
}

void NodeWatch::forget_woken(std::size_t first) {
  for (std::size_t i = first; i < wake_ups_.size(); ++i)
    forget(wake_ups_[i].group);
}

void NodeWatch::rely(GroupId group, const ReplicaId& node, Reliance reliance) {
  QUORATE_CHECK(is_near(node));
  nodes_.at(node).groups[group] = reliance;
  counts_on_[group].push_back(node);
}

void NodeWatch::forget(GroupId group) {
  const auto found = counts_on_.find(group);
  if (found == counts_on_.end()) return;
  for (const ReplicaId& node : found->second)
    nodes_.at(node).groups.erase(group);
  counts_on_.erase(found);
}

bool NodeWatch::relies(GroupId group, NodeId node) const {
  const auto found = counts_on_.find(group);
  if (found == counts_on_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const ReplicaId& each) {
    return each.node == node;
  });
}

bool NodeWatch::is_near(const ReplicaId& node) const {
  const auto found = nodes_.find(node);
  return found != nodes_.end() && !found->second.is_lost;
}

bool NodeWatch::is_current(const ReplicaId& node, const BeatEpoch& epoch) const {
  return is_near(node) && nodes_.at(node).epoch == epoch;
}

std::vector<ReplicaId> NodeWatch::relied_on() const {
  std::vector<ReplicaId> relied;
  for (const auto& [id, node] : nodes_) {
    if (!node.groups.empty()) relied.push_back(id);
  }
  return relied;
}

}  // namespace quorate::raft
