#include "broker-stub/server/config_answers.h"

#include <algorithm>

#include "broker-stub/server/metadata_answers.h"
#include "controller/image/config_origin.h"

namespace quorate::broker {
namespace {

using controller::ConfigKey;
using controller::ConfigOrigin;
using controller::ConfigResourceType;
using controller::ConfigSource;
using controller::ConfigView;
using controller::MetadataImage;
using kafka::ErrorCode;
using ConfigResult = kafka::DescribeConfigsResponse::DescribeConfigsResult;
using ConfigRow = kafka::DescribeConfigsResponse::DescribeConfigsResourceResult;
using Resource = kafka::DescribeConfigsRequest::DescribeConfigsResource;

bool is_wanted(const Resource& resource, std::string_view name) {
  if (!resource.configuration_keys) return true;
  const auto& keys = *resource.configuration_keys;
  return std::find(keys.begin(), keys.end(), name) != keys.end();
}

// The row of a key; `origins` is never empty.
ConfigRow row_of(const ConfigKey& key, const std::vector<ConfigOrigin>& origins) {
  ConfigRow row;
  row.name = std::string(key.name);
  row.value = origins.front().value;
  row.config_source = static_cast<std::int8_t>(origins.front().source);
  row.config_type = static_cast<std::int8_t>(key.type);
  row.documentation = std::string(key.doc);
  for (const ConfigOrigin& origin : origins) {
    row.synonyms.push_back({origin.name, origin.value, static_cast<std::int8_t>(origin.source)});
  }
  return row;
}

// What this broker was told for keys that can be changed too.
controller::ConfigMap changeable(const StaticConfigs& statics) {
  controller::ConfigMap told;
  for (const ConfigKey& key : controller::config_keys(ConfigResourceType::kBroker)) {
    const auto found = statics.find(key.name);
    if (found != statics.end() && !found->second.is_default) {
      told.emplace(key.name, found->second.value);
    }
  }
  return told;
}

// Whose answer it is, and what it was told at its start for keys that can be changed too.
struct Answerer {
  const MetadataImage& image;
  std::int32_t node_id;
  const StaticConfigs& statics;
  const controller::ConfigMap& told;
};

void describe_topic(ConfigResult& result, const Answerer& by, const Resource& resource) {
  if (!is_topic_name(resource.resource_name)) {
    result.error_code = ErrorCode::kInvalidTopicException;
    result.error_message = "not a topic name";
    return;
  }
  if (by.image.topics.find(resource.resource_name) == nullptr) {
    result.error_code = ErrorCode::kUnknownTopicOrPartition;
    result.error_message = "there is no such topic";
    return;
  }
  const ConfigView view{by.image.configs, by.node_id, &by.told};
  for (const ConfigKey& key : controller::config_keys(ConfigResourceType::kTopic)) {
    if (!is_wanted(resource, key.name)) continue;
    result.configs.push_back(
        row_of(key, controller::topic_config_origins(view, resource.resource_name, key)));
  }
}

// What this broker was told and nobody can change while it runs.
ConfigRow fixed_row(const std::string& name, const StaticConfig& config) {
  const auto source =
      static_cast<std::int8_t>(config.is_default ? ConfigSource::kBuiltIn : ConfigSource::kStatic);
  ConfigRow row;
  row.name = name;
  row.value = config.value;
  row.config_source = source;
  row.config_type = config.type;
  row.documentation = config.doc;
  row.synonyms = {{name, config.value, source}};
  row.read_only = true;
  return row;
}

void describe_broker(ConfigResult& result, const Answerer& by, const Resource& resource) {
  // Empty: the defaults of the cluster.
  const bool cluster_wide = resource.resource_name.empty();
  if (!cluster_wide && resource.resource_name != std::to_string(by.node_id)) {
    result.error_code = ErrorCode::kInvalidRequest;
    result.error_message = "this is broker " + std::to_string(by.node_id) + ": ask broker " +
                           std::string(resource.resource_name) + " about itself";
    return;
  }
  const ConfigView view = cluster_wide ? ConfigView{by.image.configs}
                                       : ConfigView{by.image.configs, by.node_id, &by.told};
  for (const ConfigKey& key : controller::config_keys(ConfigResourceType::kBroker)) {
    if (!is_wanted(resource, key.name)) continue;
    result.configs.push_back(row_of(key, controller::broker_config_origins(view, key)));
  }
  if (cluster_wide) return;
  for (const auto& [name, config] : by.statics) {
    const bool can_change =
        controller::find_config_key(ConfigResourceType::kBroker, name) != nullptr;
    if (can_change || !is_wanted(resource, name)) continue;
    result.configs.push_back(fixed_row(name, config));
  }
}

}  // namespace

kafka::DescribeConfigsResponse answer_describe_configs(
    const MetadataImage& image,
    std::int32_t node_id,
    const StaticConfigs& statics,
    const kafka::DescribeConfigsRequest& request) {
  const controller::ConfigMap told = changeable(statics);
  const Answerer by{image, node_id, statics, told};
  kafka::DescribeConfigsResponse response;
  for (const Resource& resource : request.resources) {
    ConfigResult result;
    result.resource_type = resource.resource_type;
    result.resource_name = std::string(resource.resource_name);
    if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::kTopic)) {
      describe_topic(result, by, resource);
    } else if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::kBroker)) {
      describe_broker(result, by, resource);
    } else {
      result.error_code = ErrorCode::kInvalidRequest;
      result.error_message = "unknown resource type " + std::to_string(int{resource.resource_type});
    }
    for (ConfigRow& row : result.configs) {
      if (!request.include_synonyms) row.synonyms.clear();
      if (!request.include_documentation) row.documentation.reset();
    }
    response.results.push_back(std::move(result));
  }
  return response;
}

}  // namespace quorate::broker
