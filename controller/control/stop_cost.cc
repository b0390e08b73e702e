#include "controller/control/stop_cost.h"

#include <algorithm>
#include <cstddef>

#include "controller/control/min_insync.h"

namespace quorate::controller {
namespace {

// Who stays in sync, and whether one of them could lead.
struct Rest {
  std::size_t in_sync = 0;
  bool has_active = false;
};

Rest rest_of(const ClusterImage& cluster,
             const Partition& partition,
             const std::set<BrokerId>& brokers) {
  Rest rest;
  for (const BrokerId id : partition.isr) {
    if (brokers.contains(id)) continue;
    ++rest.in_sync;
    rest.has_active = rest.has_active || cluster.is_active(id);
  }
  return rest;
}

// So that a partition that several of the brokers hold is counted once.
bool is_first_of(BrokerId id, const Partition& partition, const std::set<BrokerId>& brokers) {
  return std::all_of(partition.replicas.begin(), partition.replicas.end(), [&](BrokerId other) {
    return other >= id || !brokers.contains(other);
  });
}

}  // namespace

StopCost cost_of_stop(const MetadataImage& image, const std::set<BrokerId>& brokers) {
  StopCost cost;
  MinInsync min_insync(image);
  for (const BrokerId id : brokers) {
    for (const auto& held : image.topics.index().of(id).replicas) {
      const TopicPartition at = image.topics.resolve(held.key);
      const Topic& topic = *image.topics.find(at.topic);
      const Partition& partition = *topic.find(at.partition);
      if (!is_first_of(id, partition, brokers)) continue;
      const Rest rest = rest_of(image.cluster, partition, brokers);
      const bool loses = rest.in_sync < partition.isr.size();
      const bool is_led = partition.leader != kNoBroker;
      const bool is_lost = loses && is_led && !rest.has_active;
      const bool is_below = loses && rest.in_sync < min_insync.of(topic, partition);
      if (!is_lost && !is_below) continue;
      ++(is_lost ? cost.leaders_lost : cost.below_min_isr);
      if (cost.first.empty()) cost.first = topic.name + "-" + std::to_string(at.partition);
    }
  }
  return cost;
}

}  // namespace quorate::controller
