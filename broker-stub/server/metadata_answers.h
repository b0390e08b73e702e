// Answers that come from the metadata image alone: Metadata and DescribeCluster.
//
// PURE: the same image and request give the same answer on every broker, so clients see one
// cluster. The controller told to clients is the live broker with the lowest id: stable, and as
// good as any, because every broker forwards admin requests to the active controller.
// Thread: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker-stub/kafka/messages/describe_cluster.h"
#include "broker-stub/kafka/messages/metadata.h"
#include "controller/image/image.h"

namespace quorate::broker {

struct ClusterView {
  std::string cluster_id;
  std::string listener;  // endpoints of this name are told
};

[[nodiscard]] kafka::MetadataResponse answer_metadata(const controller::MetadataImage& image,
                                                      const ClusterView& view,
                                                      const kafka::MetadataRequest& request,
                                                      std::int16_t version);

// Names in the request that no topic has, in its order, each once.
[[nodiscard]] std::vector<std::string> unknown_topics(const controller::MetadataImage& image,
                                                      const kafka::MetadataRequest& request);

[[nodiscard]] kafka::DescribeClusterResponse answer_describe_cluster(
    const controller::MetadataImage& image,
    const ClusterView& view,
    const kafka::DescribeClusterRequest& request);

// The live broker with the lowest id; -1 when none is live.
[[nodiscard]] std::int32_t told_controller(const controller::MetadataImage& image,
                                           const ClusterView& view);

// Kafka's rule: 1 to 249 of letters, digits, '.', '_' and '-', but not "." or "..".
[[nodiscard]] bool is_topic_name(std::string_view name);

}  // namespace quorate::broker
