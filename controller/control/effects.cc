#include "controller/control/effects.h"

#include <algorithm>

#include "controller/image/config_origin.h"

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

// min.insync.replicas of topics, looked up when the first of a topic's partitions asks.
class MinInsync {
 public:
  explicit MinInsync(const MetadataImage& image) : image_(image) {}

  // How many must be in sync for acks=all.
  [[nodiscard]] std::size_t of(const Topic& topic, const Partition& partition) {
    if (topic_ != &topic) {
      topic_ = &topic;
      configured_ = static_cast<std::size_t>(
          effective_topic_number({image_.configs}, topic.name, kMinInsyncKey));
    }
    return std::min(configured_, partition.replicas.size());
  }

 private:
  const MetadataImage& image_;
  const Topic* topic_ = nullptr;
  std::size_t configured_ = 0;
};

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
