#include "controller/control/topic_control.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/config_control.h"
#include "controller/control/placement.h"
#include "controller/control/topic_rules.h"
#include "controller/image/record_fields.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

CreateTopicAnswer refuse(Draft& draft, const NewTopic& topic, TopicFault fault) {
  draft.explain(fault.rule, "topic '" + topic.name.substr(0, 64) + "': " + fault.message);
  CreateTopicAnswer answer;
  answer.name = topic.name;
  answer.error = fault.error;
  answer.error_message = std::move(fault.message);
  return answer;
}

std::size_t records_of(const NewTopic& topic, const ControlOptions& options) {
  return 1 + topic.configs.size() + static_cast<std::size_t>(wanted_partitions(topic, options));
}

TopicFault fault_of(const Draft& draft,
                    const NewTopic& topic,
                    Cordons cordons,
                    const ControlOptions& options) {
  if (TopicFault fault = fault_of_name(draft.image().topics, topic.name)) return fault;
  if (TopicFault fault = fault_of_configs(draft.image().configs, topic.configs)) return fault;
  if (TopicFault fault = fault_of_counts(draft.image().cluster, topic, cordons, options)) {
    return fault;
  }
  if (draft.record_count() + records_of(topic, options) > options.request_records_max) {
    return {v1::POLICY_VIOLATION,
            "TOP-7",
            "the request would write more than " + std::to_string(options.request_records_max) +
                " records; ask for less at a time"};
  }
  return {};
}

// What the client's quota says about the next topic (TOP-8).
TopicFault fault_of_quota(MutationCharge& charge) {
  if (charge.admits()) return {};
  return {v1::THROTTLING_QUOTA_EXCEEDED, "TOP-8", charge.refusal()};
}

// Replicas of every partition, in order; the fault when they cannot be placed.
struct Placement {
  TopicFault fault;
  std::vector<BrokerList> replicas;
};

Placement place_alike(std::size_t count, std::size_t factor, ReplicaPlacer& placer) {
  Placement placement;
  for (std::size_t i = 0; i < count; ++i) {
    Result<BrokerList> replicas = placer.place(factor);
    if (!replicas.is_ok()) {
      placement.fault = {v1::INVALID_REPLICATION_FACTOR, "TOP-2", replicas.status().message()};
      return placement;
    }
    placement.replicas.push_back(std::move(*replicas));
  }
  return placement;
}

Placement place(const NewTopic& topic, const ControlOptions& options, ReplicaPlacer& placer) {
  Placement placement;
  const auto count = static_cast<std::size_t>(wanted_partitions(topic, options));
  if (!topic.assignments.empty()) {
    placement.replicas.resize(count);
    for (const ManualAssignment& one : topic.assignments) {
      placement.replicas[static_cast<std::size_t>(one.partition)] = BrokerList(one.broker_ids);
    }
    for (const BrokerList& replicas : placement.replicas)
      placer.account(replicas);
    return placement;
  }
  return place_alike(count, static_cast<std::size_t>(wanted_replicas(topic, options)), placer);
}

void append_configs(Draft& draft, const NewTopic& topic) {
  for (const ConfigSetting& setting : topic.configs) {
    append_config(
        draft, {ConfigResourceType::kTopic, topic.name}, setting.name, setting.value.value_or(""));
  }
}

// ISR: the active replicas in replica order; its first leads (TOP-2) that is not in maintenance, if
// there is one (OPS-3).
void append_partition(Draft& draft, const TopicPartition& id, const BrokerList& replicas) {
  std::vector<BrokerId> isr;
  const ClusterImage& cluster = draft.image().cluster;
  std::copy_if(replicas.begin(), replicas.end(), std::back_inserter(isr), [&](BrokerId broker) {
    return cluster.is_active(broker);
  });
  QUORATE_CHECK(!isr.empty());
  Partition partition;
  partition.replicas = replicas;
  const auto leader = std::find_if(
      isr.begin(), isr.end(), [&](BrokerId broker) { return !cluster.is_in_maintenance(broker); });
  partition.leader = leader == isr.end() ? isr.front() : *leader;
  partition.isr = BrokerList(isr);
  v1::Record record;
  write_partition(id, partition, *record.mutable_partition());
  draft.append(std::move(record));
}

CreateTopicAnswer create_topic(Draft& draft,
                               const NewTopic& topic,
                               Cordons cordons,
                               const TopicRequest& request,
                               ReplicaPlacer& placer) {
  const ControlOptions& options = request.options;
  if (TopicFault fault = fault_of(draft, topic, cordons, options)) {
    return refuse(draft, topic, std::move(fault));
  }
  if (TopicFault fault = fault_of_quota(request.charge)) {
    return refuse(draft, topic, std::move(fault));
  }
  Placement placement = place(topic, options, placer);
  if (placement.fault) return refuse(draft, topic, std::move(placement.fault));
  request.charge.take(placement.replicas.size());

  CreateTopicAnswer answer;
  answer.name = topic.name;
  answer.topic_id = topic.id;
  answer.partitions = wanted_partitions(topic, options);
  answer.replication_factor = wanted_replicas(topic, options);
  draft.explain("TOP-2",
                "topic '" + topic.name + "': " + std::to_string(answer.partitions) +
                    " partitions, replication factor " + std::to_string(answer.replication_factor) +
                    ", partition 0 on " + to_string(placement.replicas.front()));
  v1::Record record;
  record.mutable_topic()->set_name(topic.name);
  write_uuid(topic.id, *record.mutable_topic()->mutable_id());
  draft.append(std::move(record));
  append_configs(draft, topic);
  for (std::int32_t i = 0; i < answer.partitions; ++i) {
    append_partition(draft, {topic.id, i}, placement.replicas[static_cast<std::size_t>(i)]);
  }
  return answer;
}

// What every topic of one request is to grow by.
struct Growth {
  const TopicRequest& request;
  Cordons cordons;
};

// How a topic is to grow: replicas of each new partition, or the fault of it (TOP-9).
Placement place_more(const Draft& draft,
                     const Topic& topic,
                     const MorePartitions& more,
                     Growth growth,
                     ReplicaPlacer& placer) {
  const auto current = static_cast<std::int32_t>(topic.partitions.size());
  if (more.total <= current || more.total > kPartitionsPerTopicMax) {
    return {{v1::INVALID_PARTITIONS,
             "TOP-9",
             "it has " + std::to_string(current) + " partitions; " + std::to_string(more.total) +
                 " is not more, or more than " + std::to_string(kPartitionsPerTopicMax)},
            {}};
  }
  const auto count = static_cast<std::size_t>(more.total - current);
  if (draft.record_count() + count > growth.request.options.request_records_max) {
    return {{v1::POLICY_VIOLATION, "TOP-7", "the request would write too many records"}, {}};
  }
  if (TopicFault fault = fault_of_quota(growth.request.charge)) return {std::move(fault), {}};
  const std::size_t factor = topic.find(0)->target_replicas().size();
  if (!more.assignments.has_value()) return place_alike(count, factor, placer);
  Placement placement;
  if (more.assignments->size() != count) {
    placement.fault = {v1::INVALID_REPLICA_ASSIGNMENT,
                       "TOP-9",
                       std::to_string(more.assignments->size()) + " assignments for " +
                           std::to_string(count) + " new partitions"};
    return placement;
  }
  for (const std::vector<BrokerId>& brokers : *more.assignments) {
    const std::int32_t which = current + static_cast<std::int32_t>(placement.replicas.size());
    placement.fault =
        fault_of_assignment(draft.image().cluster, {which, brokers, factor, growth.cordons});
    if (placement.fault) return placement;
    placement.replicas.emplace_back(brokers);
  }
  for (const BrokerList& replicas : placement.replicas)
    placer.account(replicas);
  return placement;
}

MorePartitionsAnswer add_partitions(Draft& draft,
                                    const MorePartitions& more,
                                    Growth growth,
                                    ReplicaPlacer& placer) {
  const Topic* topic = draft.image().topics.find(more.topic);
  if (topic == nullptr) {
    return {more.topic, v1::UNKNOWN_TOPIC_OR_PARTITION, "there is no such topic"};
  }
  const Uuid id = topic->id;
  const auto current = static_cast<std::int32_t>(topic->partitions.size());
  Placement placement = place_more(draft, *topic, more, growth, placer);
  if (placement.fault) {
    draft.explain(placement.fault.rule,
                  "topic '" + more.topic.substr(0, 64) + "': " + placement.fault.message);
    return {more.topic, placement.fault.error, std::move(placement.fault.message)};
  }
  growth.request.charge.take(placement.replicas.size());
  draft.explain("TOP-9",
                "topic '" + more.topic + "': " + std::to_string(placement.replicas.size()) +
                    " more partitions from " + std::to_string(current) + " on");
  std::int32_t next = current;
  for (const BrokerList& replicas : placement.replicas)
    append_partition(draft, {id, next++}, replicas);
  return {more.topic, v1::NONE, {}};
}

DeleteTopicAnswer refuse_deletion(const TopicRef& ref, v1::ErrorCode error, std::string why) {
  return {ref.name, ref.id, error, std::move(why)};
}

DeleteTopicAnswer delete_topic(Draft& draft, const TopicRef& ref, const TopicRequest& request) {
  const ControlOptions& options = request.options;
  if (ref.name.empty() == ref.id.is_none()) {
    return refuse_deletion(ref, v1::INVALID_REQUEST, "give either a name or an id");
  }
  const TopicsImage& topics = draft.image().topics;
  const Topic* topic = ref.name.empty() ? topics.find(ref.id) : topics.find(ref.name);
  if (!options.delete_topic_enable) {
    return refuse_deletion(ref, v1::TOPIC_DELETION_DISABLED, "delete.topic.enable is false");
  }
  if (topic == nullptr) {
    return refuse_deletion(ref,
                           ref.name.empty() ? v1::UNKNOWN_TOPIC_ID : v1::UNKNOWN_TOPIC_OR_PARTITION,
                           "there is no such topic");
  }
  if (draft.record_count() >= options.request_records_max) {
    return refuse_deletion(ref,
                           v1::POLICY_VIOLATION,
                           "the request would write more than " +
                               std::to_string(options.request_records_max) + " records");
  }
  if (TopicFault fault = fault_of_quota(request.charge)) {
    draft.explain(fault.rule, "topic '" + topic->name + "': " + fault.message);
    return refuse_deletion(ref, fault.error, std::move(fault.message));
  }
  request.charge.take(topic->partitions.size());
  DeleteTopicAnswer answer{topic->name, topic->id, {}, {}};
  draft.explain("TOP-10", "topic '" + topic->name + "' with id " + to_string(topic->id));
  v1::Record record;
  write_uuid(topic->id, *record.mutable_remove_topic()->mutable_id());
  draft.append(std::move(record));
  return answer;
}

// The topic meant, for finding one that a request means twice; none when there is no such topic.
Uuid meant(const TopicsImage& topics, const TopicRef& ref) {
  if (ref.name.empty()) return ref.id;
  const Topic* topic = ref.id.is_none() ? topics.find(ref.name) : nullptr;
  return topic == nullptr ? Uuid{} : topic->id;
}

}  // namespace

CreateTopicsAnswer create_topics(Draft& draft,
                                 const CreateTopics& command,
                                 const TopicRequest& request) {
  std::map<std::string_view, std::size_t> times_named;
  for (const NewTopic& topic : command.topics)
    ++times_named[topic.name];
  ReplicaPlacer placer(draft.image(), request.seed);
  CreateTopicsAnswer answer;
  for (const NewTopic& topic : command.topics) {
    if (times_named[topic.name] > 1) {
      TopicFault fault{v1::INVALID_REQUEST, "TOP-5", "the request names this topic twice"};
      answer.topics.push_back(refuse(draft, topic, std::move(fault)));
    } else {
      answer.topics.push_back(create_topic(draft, topic, command.cordons, request, placer));
    }
  }
  return answer;
}

CreatePartitionsAnswer create_partitions(Draft& draft,
                                         const CreatePartitions& command,
                                         const TopicRequest& request) {
  std::map<std::string_view, std::size_t> times_named;
  for (const MorePartitions& more : command.topics)
    ++times_named[more.topic];
  ReplicaPlacer placer(draft.image(), request.seed);
  CreatePartitionsAnswer answer;
  for (const MorePartitions& more : command.topics) {
    if (times_named[more.topic] > 1) {
      answer.topics.push_back(
          {more.topic, v1::INVALID_REQUEST, "the request names this topic twice"});
    } else {
      answer.topics.push_back(add_partitions(draft, more, {request, command.cordons}, placer));
    }
  }
  return answer;
}

DeleteTopicsAnswer delete_topics(Draft& draft,
                                 const DeleteTopics& command,
                                 const TopicRequest& request) {
  std::map<Uuid, std::size_t> times_meant;
  for (const TopicRef& ref : command.topics)
    ++times_meant[meant(draft.image().topics, ref)];
  DeleteTopicsAnswer answer;
  const MetadataImage before = draft.image();
  for (const TopicRef& ref : command.topics) {
    const Uuid id = meant(before.topics, ref);
    if (!id.is_none() && times_meant[id] > 1) {
      answer.topics.push_back(
          refuse_deletion(ref, v1::INVALID_REQUEST, "the request names this topic twice"));
    } else {
      answer.topics.push_back(delete_topic(draft, ref, request));
    }
  }
  return answer;
}

}  // namespace quorate::controller
