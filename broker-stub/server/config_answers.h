// DescribeConfigs: every known key with its value, where the value comes from, and what else could
// set it. Tools read more of it than people do, so nothing is left out.
//
// PURE. Thread: values.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker-stub/kafka/messages/describe_configs.h"
#include "controller/image/image.h"

namespace quorate::broker {

// What stands in this broker's own configuration. Where the key is one that can be changed, what is
// set in the cluster comes first; the others are told as read-only.
struct StaticConfig {
  std::string value;
  std::int8_t type = 2;  // Kafka's number
  bool is_default = true;
  std::string doc;
};
using StaticConfigs = std::map<std::string, StaticConfig, std::less<>>;

[[nodiscard]] kafka::DescribeConfigsResponse answer_describe_configs(
    const controller::MetadataImage& image,
    std::int32_t node_id,
    const StaticConfigs& statics,
    const kafka::DescribeConfigsRequest& request);

}  // namespace quorate::broker
