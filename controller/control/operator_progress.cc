#include "controller/control/operator_progress.h"

#include <algorithm>
#include <utility>

#include "controller/control/decommission.h"

namespace quorate::controller {
namespace {

// Who could hold what a broker that is decommissioned has.
std::vector<BrokerId> takers_of(const ClusterImage& cluster) {
  std::vector<BrokerId> takers;
  for (const auto& [id, broker] : cluster.brokers()) {
    const bool takes = broker->takes_replicas() && !broker->intent.maintenance;
    if (takes && broker->is_active()) takers.push_back(id);
  }
  return takers;
}

// Empty when nothing is: it leads nothing there, or another can.
std::string obstacle_to_maintenance(const ClusterImage& cluster,
                                    const Partition& partition,
                                    BrokerId id) {
  if (partition.leader != id) return {};
  const bool has_successor =
      std::any_of(partition.isr.begin(), partition.isr.end(), [&](BrokerId other) {
        return cluster.is_active(other) && !cluster.is_in_maintenance(other);
      });
  return has_successor ? "" : "nobody else in sync can lead it";
}

std::string obstacle_to_leaving(const ClusterImage& cluster,
                                const Partition& partition,
                                BrokerId id,
                                const std::vector<BrokerId>& takers) {
  if (is_replaced(partition, id)) {
    for (const BrokerId other : partition.target_replicas()) {
      if (cluster.is_active(other)) continue;
      return "broker " + std::to_string(other) + ", which is to have it, is not active";
    }
    return {};
  }
  const BrokerList target = partition.target_replicas();
  if (!target.contains(id)) return {};
  if (partition.is_moving()) return "it is being moved by somebody else";
  if (partition.leader == kNoBroker) return "nobody leads it";
  if (const auto missing = first_missing(cluster, partition)) {
    return "broker " + std::to_string(*missing) + ", which has it too, is not registered";
  }
  const bool has_taker = std::any_of(
      takers.begin(), takers.end(), [&](BrokerId other) { return !target.contains(other); });
  return has_taker ? "" : "no active broker that takes replicas could have it";
}

}  // namespace

OperatorProgress operator_progress(const MetadataImage& image, BrokerId id) {
  OperatorProgress progress;
  const BrokerIntent intent = image.cluster.find(id)->intent;
  if (!intent.maintenance && !intent.decommission) return progress;
  const std::vector<BrokerId> takers = takers_of(image.cluster);
  for (const auto& held : image.topics.index().of(id).replicas) {
    const TopicPartition at = image.topics.resolve(held.key);
    const Partition& partition = *image.topics.find(at);
    if (!partition.target_replicas().contains(id)) ++progress.leaving;
    std::string reason;
    if (intent.decommission) {
      reason = obstacle_to_leaving(image.cluster, partition, id, takers);
    }
    if (reason.empty() && intent.maintenance) {
      reason = obstacle_to_maintenance(image.cluster, partition, id);
    }
    if (reason.empty()) continue;
    ++progress.obstructed;
    if (progress.first.size() < OperatorProgress::kShownMax) {
      progress.first.push_back({at, std::move(reason)});
    }
  }
  return progress;
}

}  // namespace quorate::controller
