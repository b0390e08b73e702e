#include "broker-stub/server/metadata_answers.h"

#include <algorithm>
#include <optional>

#include "broker-stub/replica/topic_ids.h"

namespace quorate::broker {
namespace {

using controller::BrokerRegistration;
using controller::MetadataImage;
using controller::Topic;
using kafka::ErrorCode;
using TopicRow = kafka::MetadataResponse::MetadataResponseTopic;
using MetadataRow = kafka::MetadataResponse::MetadataResponsePartition;

const controller::Endpoint* endpoint_of(const BrokerRegistration& broker, const ClusterView& view) {
  for (const controller::Endpoint& endpoint : broker.endpoints) {
    if (endpoint.listener == view.listener) return &endpoint;
  }
  return nullptr;
}

// Calls `visit(broker, endpoint)` for each broker that clients can use.
template <typename Visit>
void for_each_live(const MetadataImage& image, const ClusterView& view, const Visit& visit) {
  for (const auto& [id, broker] : image.cluster.brokers()) {
    const controller::Endpoint* endpoint = endpoint_of(*broker, view);
    if (!broker->fenced && endpoint != nullptr) visit(*broker, *endpoint);
  }
}

std::vector<std::int32_t> to_vector(const controller::BrokerList& ids) {
  return {ids.begin(), ids.end()};
}

MetadataRow partition_row(const MetadataImage& image,
                          std::int32_t index,
                          const controller::Partition& partition) {
  MetadataRow row;
  row.partition_index = index;
  row.leader_id = partition.leader;
  row.leader_epoch = partition.leader_epoch;
  row.error_code = partition.leader < 0 ? ErrorCode::kLeaderNotAvailable : ErrorCode::kNone;
  row.replica_nodes = to_vector(partition.replicas);
  row.isr_nodes = to_vector(partition.isr);
  for (const std::int32_t replica : partition.replicas) {
    const BrokerRegistration* broker = image.cluster.find(replica);
    if (broker == nullptr || broker->fenced) row.offline_replicas.push_back(replica);
  }
  return row;
}

TopicRow topic_row(const MetadataImage& image, const Topic& topic) {
  TopicRow row;
  row.name = topic.name;
  row.topic_id = to_kafka(topic.id);
  for (std::int32_t i = 0; topic.find(i) != nullptr; ++i) {
    row.partitions.push_back(partition_row(image, i, *topic.find(i)));
  }
  return row;
}

TopicRow asked_row(const MetadataImage& image,
                   const kafka::MetadataRequest::MetadataRequestTopic& asked) {
  const Topic* topic =
      asked.name ? image.topics.find(*asked.name) : image.topics.find(from_kafka(asked.topic_id));
  if (topic != nullptr) return topic_row(image, *topic);
  TopicRow row;
  row.topic_id = asked.topic_id;
  if (asked.name) {
    row.name = std::string(*asked.name);
    row.error_code = is_topic_name(*asked.name) ? ErrorCode::kUnknownTopicOrPartition
                                                : ErrorCode::kInvalidTopicException;
  } else {
    row.error_code = ErrorCode::kUnknownTopicId;
  }
  return row;
}

std::optional<std::string> rack_of(const BrokerRegistration& broker) {
  return broker.rack.empty() ? std::nullopt : std::optional(broker.rack);
}

}  // namespace

bool is_topic_name(std::string_view name) {
  constexpr std::size_t kBytesMax = 249;
  if (name.empty() || name.size() > kBytesMax || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::int32_t told_controller(const MetadataImage& image, const ClusterView& view) {
  std::int32_t lowest = -1;
  for_each_live(image, view, [&](const BrokerRegistration& broker, const controller::Endpoint&) {
    if (lowest < 0) lowest = broker.id;
  });
  return lowest;
}

kafka::MetadataResponse answer_metadata(const MetadataImage& image,
                                        const ClusterView& view,
                                        const kafka::MetadataRequest& request,
                                        std::int16_t version) {
  kafka::MetadataResponse response;
  response.cluster_id = view.cluster_id;
  response.controller_id = told_controller(image, view);
  for_each_live(
      image, view, [&](const BrokerRegistration& broker, const controller::Endpoint& endpoint) {
        response.brokers.push_back({broker.id, endpoint.host, endpoint.port, rack_of(broker)});
      });
  // Version 0 has no null list: there an empty one means all.
  const bool all = !request.topics || (version == 0 && request.topics->empty());
  if (all) {
    for (const auto& [name, id] : image.topics.by_name()) {
      response.topics.push_back(topic_row(image, *image.topics.find(id)));
    }
    return response;
  }
  for (const auto& asked : *request.topics)
    response.topics.push_back(asked_row(image, asked));
  return response;
}

std::vector<std::string> unknown_topics(const MetadataImage& image,
                                        const kafka::MetadataRequest& request) {
  std::vector<std::string> names;
  if (!request.topics) return names;
  for (const auto& asked : *request.topics) {
    if (!asked.name || !is_topic_name(*asked.name)) continue;
    if (image.topics.find(*asked.name) != nullptr) continue;
    if (std::find(names.begin(), names.end(), *asked.name) == names.end()) {
      names.emplace_back(*asked.name);
    }
  }
  return names;
}

kafka::DescribeClusterResponse answer_describe_cluster(
    const MetadataImage& image,
    const ClusterView& view,
    const kafka::DescribeClusterRequest& request) {
  constexpr std::int8_t kBrokers = 1;
  kafka::DescribeClusterResponse response;
  response.endpoint_type = request.endpoint_type;
  response.cluster_id = view.cluster_id;
  if (request.endpoint_type != kBrokers) {
    response.error_code = ErrorCode::kMismatchedEndpointType;
    response.error_message = "this is a broker: it tells of brokers";
    return response;
  }
  response.controller_id = told_controller(image, view);
  for_each_live(
      image, view, [&](const BrokerRegistration& broker, const controller::Endpoint& endpoint) {
        response.brokers.push_back({broker.id, endpoint.host, endpoint.port, rack_of(broker)});
      });
  return response;
}

}  // namespace quorate::broker
