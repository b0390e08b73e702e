// The answers of MemoryBroker that are not about record data.
#include "tests/broker-stub/net/memory_broker.h"

namespace quorate::broker {

using kafka::ErrorCode;
using kafka::RecordBatchView;

kafka::MetadataResponse MemoryBroker::metadata(const kafka::MetadataRequest& request,
                                               std::int16_t version) {
  kafka::MetadataResponse response;
  response.brokers = {
      {.node_id = kBrokerId, .host = "127.0.0.1", .port = port_, .rack = std::nullopt}};
  response.cluster_id = "memory";
  response.controller_id = kBrokerId;
  const MutexLock lock(mutex_);
  const bool wants_all = !request.topics || (version == 0 && request.topics->empty());
  if (!wants_all) {
    for (const auto& asked : *request.topics)
      topic_of(std::string(asked.name.value_or("")));
  }
  for (const auto& [name, topic] : topics_) {
    auto& row = response.topics.emplace_back();
    row.name = name;
    row.topic_id = topic.id;
    row.partitions = {{.error_code = ErrorCode::kNone,
                       .partition_index = 0,
                       .leader_id = kBrokerId,
                       .leader_epoch = 0,
                       .replica_nodes = {kBrokerId},
                       .isr_nodes = {kBrokerId},
                       .offline_replicas = {}}};
  }
  return response;
}

kafka::TimestampedOffset MemoryBroker::find(const Topic& topic, std::int64_t timestamp) const {
  constexpr std::int64_t kEnd = -1;
  constexpr std::int64_t kStart = -2;
  if (timestamp == kEnd) return {.timestamp = -1, .offset = topic.end_offset};
  if (timestamp == kStart) return {.timestamp = -1, .offset = 0};
  for (const auto& batch : topic.batches) {
    if (const auto found = kafka::find_timestamp(*RecordBatchView::parse(*batch), timestamp)) {
      return *found;
    }
  }
  return {};
}

kafka::ListOffsetsResponse MemoryBroker::list_offsets(const kafka::ListOffsetsRequest& request) {
  kafka::ListOffsetsResponse response;
  const MutexLock lock(mutex_);
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = asked.name;
    for (const auto& partition : asked.partitions) {
      const auto found = find(topic_of(answered.name), partition.timestamp);
      answered.partitions.push_back({.partition_index = partition.partition_index,
                                     .error_code = ErrorCode::kNone,
                                     .timestamp = found.timestamp,
                                     .offset = found.offset,
                                     .leader_epoch = 0});
    }
  }
  return response;
}

kafka::CreateTopicsResponse MemoryBroker::create(const kafka::CreateTopicsRequest& request) {
  kafka::CreateTopicsResponse response;
  const MutexLock lock(mutex_);
  for (const auto& asked : request.topics) {
    auto& row = response.topics.emplace_back();
    row.name = asked.name;
    if (topics_.contains(row.name)) {
      row.error_code = ErrorCode::kTopicAlreadyExists;
      row.error_message = kafka::message_of(row.error_code);
      continue;
    }
    row.topic_id = topic_of(row.name).id;
    row.num_partitions = 1;
    row.replication_factor = 1;
  }
  return response;
}

kafka::DeleteTopicsResponse MemoryBroker::remove(const kafka::DeleteTopicsRequest& request,
                                                 std::int16_t version) {
  constexpr std::int16_t kNamesInStructsFrom = 6;
  std::vector<std::string> names(request.topic_names.begin(), request.topic_names.end());
  if (version >= kNamesInStructsFrom) {
    for (const auto& topic : request.topics)
      names.emplace_back(topic.name.value_or(""));
  }
  kafka::DeleteTopicsResponse response;
  const MutexLock lock(mutex_);
  for (const std::string& name : names) {
    auto& row = response.responses.emplace_back();
    row.name = name;
    if (topics_.erase(name) == 0) row.error_code = ErrorCode::kUnknownTopicOrPartition;
  }
  return response;
}

kafka::DescribeConfigsResponse MemoryBroker::configs(const kafka::DescribeConfigsRequest& request) {
  kafka::DescribeConfigsResponse response;
  for (const auto& asked : request.resources) {
    auto& row = response.results.emplace_back();
    row.resource_type = asked.resource_type;
    row.resource_name = asked.resource_name;
    auto& config = row.configs.emplace_back();
    config.name = "cleanup.policy";
    config.value = "delete";
    config.config_source = 5;
    config.synonyms = {{.name = "log.cleanup.policy", .value = "delete", .source = 5}};
  }
  return response;
}

kafka::DescribeClusterResponse MemoryBroker::cluster() const {
  kafka::DescribeClusterResponse response;
  response.cluster_id = "memory";
  response.controller_id = kBrokerId;
  response.brokers = {
      {.broker_id = kBrokerId, .host = "127.0.0.1", .port = port_, .rack = std::nullopt}};
  return response;
}

kafka::OffsetForLeaderEpochResponse MemoryBroker::epochs(
    const kafka::OffsetForLeaderEpochRequest& request) {
  kafka::OffsetForLeaderEpochResponse response;
  const MutexLock lock(mutex_);
  for (const auto& asked : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.topic = asked.topic;
    for (const auto& partition : asked.partitions) {
      answered.partitions.push_back({.error_code = ErrorCode::kNone,
                                     .partition = partition.partition,
                                     .leader_epoch = 0,
                                     .end_offset = topic_of(answered.topic).end_offset});
    }
  }
  return response;
}

}  // namespace quorate::broker
