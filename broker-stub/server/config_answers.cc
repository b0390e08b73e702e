#include "broker-stub/server/config_answers.h"

#include <algorithm>
#include <optional>

#include "broker-stub/server/metadata_answers.h"
#include "controller/image/config_keys.h"

namespace quorate::broker {
namespace {

using controller::ConfigKey;
using controller::ConfigResourceType;
using controller::MetadataImage;
using kafka::ErrorCode;
using Result = kafka::DescribeConfigsResponse::DescribeConfigsResult;
using Row = kafka::DescribeConfigsResponse::DescribeConfigsResourceResult;
using Synonym = kafka::DescribeConfigsResponse::DescribeConfigsSynonym;
using Resource = kafka::DescribeConfigsRequest::DescribeConfigsResource;

// Kafka's ConfigSource.
constexpr std::int8_t kTopicSource = 1;
constexpr std::int8_t kBrokerSource = 2;
constexpr std::int8_t kClusterSource = 3;
constexpr std::int8_t kStaticSource = 4;
constexpr std::int8_t kDefaultSource = 5;

bool is_wanted(const Resource& resource, std::string_view name) {
  if (!resource.configuration_keys) return true;
  const auto& keys = *resource.configuration_keys;
  return std::find(keys.begin(), keys.end(), name) != keys.end();
}

// The row of a key whose possible sources are `sources`, most specific first, never empty.
Row row_of(std::string_view name,
           std::int8_t type,
           std::string_view doc,
           std::vector<Synonym> sources) {
  Row row;
  row.name = std::string(name);
  row.value = sources.front().value;
  row.config_source = sources.front().source;
  row.config_type = type;
  row.documentation = std::string(doc);
  row.synonyms = std::move(sources);
  return row;
}

void add_if_set(std::vector<Synonym>& sources,
                const controller::ConfigMap& configs,
                std::string_view name,
                std::int8_t source) {
  const auto found = configs.find(name);
  if (found != configs.end()) sources.push_back({std::string(name), found->second, source});
}

void describe_topic(Result& result, const MetadataImage& image, const Resource& resource) {
  if (!is_topic_name(resource.resource_name)) {
    result.error_code = ErrorCode::kInvalidTopicException;
    result.error_message = "not a topic name";
    return;
  }
  if (image.topics.find(resource.resource_name) == nullptr) {
    result.error_code = ErrorCode::kUnknownTopicOrPartition;
    result.error_message = "there is no such topic";
    return;
  }
  const auto& own =
      image.configs.of({ConfigResourceType::kTopic, std::string(resource.resource_name)});
  const auto& cluster = image.configs.of({ConfigResourceType::kBroker, ""});
  for (const ConfigKey& key : controller::config_keys(ConfigResourceType::kTopic)) {
    if (!is_wanted(resource, key.name)) continue;
    std::vector<Synonym> sources;
    add_if_set(sources, own, key.name, kTopicSource);
    add_if_set(sources, cluster, key.broker_name, kClusterSource);
    sources.push_back(
        {std::string(key.broker_name), std::string(key.default_value), kDefaultSource});
    result.configs.push_back(
        row_of(key.name, static_cast<std::int8_t>(key.type), key.doc, std::move(sources)));
  }
}

void describe_broker(Result& result,
                     const MetadataImage& image,
                     std::int32_t node_id,
                     const StaticConfigs& statics,
                     const Resource& resource) {
  // Empty: the defaults of the cluster.
  const bool cluster_wide = resource.resource_name.empty();
  if (!cluster_wide && resource.resource_name != std::to_string(node_id)) {
    result.error_code = ErrorCode::kInvalidRequest;
    result.error_message = "this is broker " + std::to_string(node_id) + ": ask broker " +
                           std::string(resource.resource_name) + " about itself";
    return;
  }
  const auto& cluster = image.configs.of({ConfigResourceType::kBroker, ""});
  const auto& own = image.configs.of({ConfigResourceType::kBroker, std::to_string(node_id)});
  for (const ConfigKey& key : controller::config_keys(ConfigResourceType::kBroker)) {
    if (!is_wanted(resource, key.name) || statics.contains(key.name)) continue;
    std::vector<Synonym> sources;
    if (!cluster_wide) add_if_set(sources, own, key.name, kBrokerSource);
    add_if_set(sources, cluster, key.name, kClusterSource);
    sources.push_back({std::string(key.name), std::string(key.default_value), kDefaultSource});
    result.configs.push_back(
        row_of(key.name, static_cast<std::int8_t>(key.type), key.doc, std::move(sources)));
  }
  if (cluster_wide) return;
  for (const auto& [name, config] : statics) {
    if (!is_wanted(resource, name)) continue;
    const std::int8_t source = config.is_default ? kDefaultSource : kStaticSource;
    Row row = row_of(name, config.type, config.doc, {{name, config.value, source}});
    row.read_only = true;
    result.configs.push_back(std::move(row));
  }
}

}  // namespace

kafka::DescribeConfigsResponse answer_describe_configs(
    const MetadataImage& image,
    std::int32_t node_id,
    const StaticConfigs& statics,
    const kafka::DescribeConfigsRequest& request) {
  kafka::DescribeConfigsResponse response;
  for (const Resource& resource : request.resources) {
    Result result;
    result.resource_type = resource.resource_type;
    result.resource_name = std::string(resource.resource_name);
    if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::kTopic)) {
      describe_topic(result, image, resource);
    } else if (resource.resource_type == static_cast<std::int8_t>(ConfigResourceType::kBroker)) {
      describe_broker(result, image, node_id, statics, resource);
    } else {
      result.error_code = ErrorCode::kInvalidRequest;
      result.error_message = "unknown resource type " + std::to_string(int{resource.resource_type});
    }
    for (Row& row : result.configs) {
      if (!request.include_synonyms) row.synonyms.clear();
      if (!request.include_documentation) row.documentation.reset();
    }
    response.results.push_back(std::move(result));
  }
  return response;
}

}  // namespace quorate::broker
