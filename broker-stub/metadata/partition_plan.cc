#include "broker-stub/metadata/partition_plan.h"

#include <algorithm>

namespace quorate::broker {
namespace {

using controller::BrokerId;
using controller::MetadataImage;
using controller::Partition;
using controller::Topic;
using controller::TopicPartition;

// Why this broker is no replica of it any more; `now` is null when it is gone.
DropReason reason_for(const Partition* now) {
  if (now == nullptr) return DropReason::kTopicDeleted;
  return now->recovering ? DropReason::kLeftBehind : DropReason::kMovedAway;
}

// Plans one partition that may have been created, changed or removed.
void plan_partition(PartitionPlan& plan,
                    const TopicPartition& id,
                    const MetadataImage& before,
                    const MetadataImage& after,
                    BrokerId me) {
  const Topic* topic = after.topics.find(id.topic);
  const Partition* now = topic == nullptr ? nullptr : topic->find(id.partition);
  if (now != nullptr && now->replicas.contains(me)) {
    const ReplicaRole role = now->leader == me ? ReplicaRole::kLeader : ReplicaRole::kFollower;
    plan.keep.push_back({id, topic->name, role, *now});
    return;
  }
  const Topic* old_topic = before.topics.find(id.topic);
  const Partition* old = old_topic == nullptr ? nullptr : old_topic->find(id.partition);
  if (old == nullptr || !old->replicas.contains(me)) return;
  plan.drop.push_back({id, old_topic->name, reason_for(now)});
}

void plan_removed_topic(PartitionPlan& plan,
                        const Topic& topic,
                        const MetadataImage& before,
                        const MetadataImage& after,
                        BrokerId me) {
  for (std::int32_t partition = 0; topic.find(partition) != nullptr; ++partition) {
    plan_partition(plan, {topic.id, partition}, before, after, me);
  }
}

PartitionPlan sorted(PartitionPlan plan) {
  const auto by_id = [](const auto& left, const auto& right) { return left.id < right.id; };
  std::sort(plan.keep.begin(), plan.keep.end(), by_id);
  std::sort(plan.drop.begin(), plan.drop.end(), by_id);
  return plan;
}

}  // namespace

PartitionPlan plan_change(const MetadataImage& before,
                          const MetadataImage& after,
                          const controller::MetadataDelta& delta,
                          BrokerId me) {
  PartitionPlan plan;
  for (const controller::TouchedPartition& touched : delta.partitions) {
    plan_partition(plan, touched.id, before, after, me);
  }
  for (const controller::NamedTopic& removed : delta.topics_removed) {
    const Topic* topic = before.topics.find(removed.id);
    if (topic != nullptr) plan_removed_topic(plan, *topic, before, after, me);
  }
  return sorted(std::move(plan));
}

PartitionPlan plan_all(const MetadataImage& before, const MetadataImage& after, BrokerId me) {
  PartitionPlan plan;
  for (const auto& [id, topic] : after.topics.by_id()) {
    for (std::int32_t partition = 0; topic->find(partition) != nullptr; ++partition) {
      plan_partition(plan, {id, partition}, before, after, me);
    }
  }
  for (const auto& [id, topic] : before.topics.by_id()) {
    if (after.topics.find(id) != nullptr) continue;
    plan_removed_topic(plan, *topic, before, after, me);
  }
  return sorted(std::move(plan));
}

PartitionPlan ProcessPlans::next(const MetadataImage& before,
                                 const MetadataImage& after,
                                 const controller::MetadataDelta* delta) {
  if (is_registered_) {
    return delta != nullptr ? plan_change(before, after, *delta, me_)
                            : plan_all(before, after, me_);
  }
  const controller::BrokerRegistration* own = after.cluster.find(me_);
  if (own == nullptr || own->incarnation != incarnation_) return {};
  is_registered_ = true;
  return plan_all(MetadataImage{}, after, me_);
}

}  // namespace quorate::broker
