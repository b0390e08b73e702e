#include "controller/control/effects.h"

#include <algorithm>

#include "controller/control/min_insync.h"

namespace quorate::controller {
namespace {

std::uint64_t missing_in(const BrokerList& list, const BrokerList& other) {
  return static_cast<std::uint64_t>(
      std::count_if(list.begin(), list.end(), [&](BrokerId id) { return !other.contains(id); }));
}

void compare(const Partition& before, const Partition& after, Effects& effects) {
  ++effects.partitions_changed;
  if (before.leader == kNoBroker) {
    if (after.leader != kNoBroker) ++effects.leaders_found;
  } else if (after.leader == kNoBroker) {
    ++effects.leaders_lost;
  } else if (after.leader != before.leader) {
    ++effects.leaders_moved;
  }
  effects.replicas_added += missing_in(after.replicas, before.replicas);
  effects.replicas_removed += missing_in(before.replicas, after.replicas);
}

}  // namespace

Effects effects_between(const MetadataImage& before,
                        const MetadataImage& after,
                        const MetadataDelta& delta) {
  Effects effects;
  effects.topics_created = delta.topics_created.size();
  effects.topics_removed = delta.topics_removed.size();
  MinInsync min_insync(after);
  for (const TouchedPartition& touched : delta.partitions) {
    const Topic* topic = after.topics.find(touched.id.topic);
    const Partition* now = after.topics.find(touched.id);
    if (topic == nullptr || now == nullptr) continue;  // it came and went
    const Partition* then = before.topics.find(touched.id);
    if (then != nullptr && *then == *now) continue;
    if (then != nullptr) {
      compare(*then, *now, effects);
      const bool has_shrunk = now->isr.size() < then->isr.size();
      if (has_shrunk && now->isr.size() < min_insync.of(*topic, *now)) ++effects.below_min_isr;
    }
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
