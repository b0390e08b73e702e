#include "controller/control/effects.h"

#include <algorithm>

#include "controller/image/config_origin.h"

namespace quorate::controller {
namespace {

std::uint64_t missing_in(const BrokerList& list, const BrokerList& other) {
  return static_cast<std::uint64_t>(
      std::count_if(list.begin(), list.end(), [&](BrokerId id) { return !other.contains(id); }));
}

void compare(const Partition& before,
             const Partition& after,
             std::size_t min_insync,
             Effects& effects) {
  ++effects.partitions_changed;
  if (before.leader == kNoBroker) {
    if (after.leader != kNoBroker) ++effects.leaders_found;
  } else if (after.leader == kNoBroker) {
    ++effects.leaders_lost;
  } else if (after.leader != before.leader) {
    ++effects.leaders_moved;
  }
  if (after.isr.size() < before.isr.size() && after.isr.size() < min_insync) {
    ++effects.below_min_isr;
  }
  effects.replicas_added += missing_in(after.replicas, before.replicas);
  effects.replicas_removed += missing_in(before.replicas, after.replicas);
}

// How many must be in sync for acks=all.
std::size_t acks_all(const MetadataImage& image, const Topic& topic, const Partition& partition) {
  const std::int64_t configured =
      effective_topic_number({image.configs}, topic.name, kMinInsyncKey);
  return std::min(static_cast<std::size_t>(configured), partition.replicas.size());
}

}  // namespace

Effects effects_between(const MetadataImage& before,
                        const MetadataImage& after,
                        const MetadataDelta& delta) {
  Effects effects;
  effects.topics_created = delta.topics_created.size();
  effects.topics_removed = delta.topics_removed.size();
  for (const TouchedPartition& touched : delta.partitions) {
    const Topic* topic = after.topics.find(touched.id.topic);
    const Partition* now = after.topics.find(touched.id);
    if (topic == nullptr || now == nullptr) continue;  // it came and went
    const Partition* then = before.topics.find(touched.id);
    if (then != nullptr && *then == *now) continue;
    if (then != nullptr) compare(*then, *now, acks_all(after, *topic, *now), effects);
    if (effects.partitions.size() == Effects::kShownMax) continue;
    PartitionEffect& shown = effects.partitions.emplace_back();
    shown.topic = topic->name;
    shown.partition = touched.id.partition;
    if (then != nullptr) shown.before = *then;
    shown.after = *now;
  }
  return effects;
}

}  // namespace quorate::controller
