#include "controller/service/metadata_events.h"

#include <string>
#include <string_view>

#include "quorate/controller/v1/record.pb.h"

namespace quorate::controller {
namespace {

std::string_view broker_event(const BrokerRegistration* before, const BrokerRegistration* after) {
  if (after == nullptr) return "broker_unregistered";
  if (before == nullptr || before->epoch != after->epoch) return "broker_registered";
  if (before->fenced != after->fenced) return after->fenced ? "broker_fenced" : "broker_unfenced";
  if (!before->in_controlled_shutdown && after->in_controlled_shutdown) {
    return "broker_shutting_down";
  }
  if (after->departure != Departure::kNone) return "broker_departing";
  return "broker_changed";
}

}  // namespace

void MetadataEvents::on_batch(const BatchPointer& batch,
                              const MetadataDelta& delta,
                              const MetadataImage& before,
                              const MetadataImage& after) {
  if (batch->timestamp_ms() < started_wall_ms_) return;
  for (const BrokerId id : delta.brokers)
    tell_broker(id, before, after);
  for (const NamedTopic& topic : delta.topics_created) {
    events_.emit(
        "topic_created",
        {{"topic", topic.name}, {"topic_id", to_string(topic.id)}, {"offset", after.end_offset}});
  }
  for (const NamedTopic& topic : delta.topics_removed) {
    events_.emit(
        "topic_removed",
        {{"topic", topic.name}, {"topic_id", to_string(topic.id)}, {"offset", after.end_offset}});
  }
  for (const TouchedPartition& partition : delta.partitions) {
    tell_partition(partition.id, before, after);
  }
}

void MetadataEvents::on_void(const v1::RecordBatch& batch) {
  if (batch.timestamp_ms() < started_wall_ms_) return;
  log_.warn("a batch was void: it was decided on a state that never came to be",
            {{"base_offset", batch.base_offset()}, {"records", batch.records_size()}});
  events_.emit("batch_void",
               {{"base_offset", batch.base_offset()}, {"records", batch.records_size()}});
}

void MetadataEvents::tell_broker(BrokerId id,
                                 const MetadataImage& before,
                                 const MetadataImage& after) {
  const BrokerRegistration* old = before.cluster.find(id);
  const BrokerRegistration* now = after.cluster.find(id);
  const std::string_view kind = broker_event(old, now);
  const std::uint64_t epoch = now != nullptr ? now->epoch : (old != nullptr ? old->epoch : 0);
  events_.emit(kind,
               {{"broker", id},
                {"broker_epoch", epoch},
                {"fenced", now != nullptr && now->fenced},
                {"offset", after.end_offset}});
  log_.info(kind, {{"broker", id}, {"broker_epoch", epoch}, {"offset", after.end_offset}});
}

void MetadataEvents::tell_partition(const TopicPartition& id,
                                    const MetadataImage& before,
                                    const MetadataImage& after) {
  const Topic* topic = after.topics.find(id.topic);
  const Partition* now = after.topics.find(id);
  if (topic == nullptr || now == nullptr) return;
  const Partition* old = before.topics.find(id);
  const bool led =
      old != nullptr && old->leader == now->leader && old->leader_epoch == now->leader_epoch;
  if (led && old->isr == now->isr) return;
  events_.emit(led ? "isr_changed" : "leader_changed",
               {{"topic", topic->name},
                {"partition", id.partition},
                {"leader", now->leader},
                {"previous_leader", old == nullptr ? kNoBroker : old->leader},
                {"leader_epoch", now->leader_epoch},
                {"partition_epoch", now->partition_epoch},
                {"isr", to_string(now->isr)},
                {"offset", after.end_offset}});
}

}  // namespace quorate::controller
