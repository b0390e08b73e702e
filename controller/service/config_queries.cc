#include "controller/service/config_queries.h"

#include <algorithm>
#include <vector>

#include "controller/control/config_control.h"
#include "controller/image/config_origin.h"

namespace quorate::controller {
namespace {

constexpr std::size_t kShownMax = 100;  // bytes of what a caller sent
constexpr ConfigResourceType kScopes[] = {ConfigResourceType::kTopic, ConfigResourceType::kBroker};

void write_value(const ConfigKey& key,
                 const std::vector<ConfigOrigin>& origins,
                 v1::ConfigValue& wire) {
  wire.set_name(std::string(key.name));
  wire.set_value(origins.front().value);
  wire.set_source(static_cast<v1::ConfigSource>(origins.front().source));
  for (const ConfigOrigin& origin : origins) {
    v1::ConfigOrigin& to = *wire.add_origins();
    to.set_name(origin.name);
    to.set_value(origin.value);
    to.set_source(static_cast<v1::ConfigSource>(origin.source));
  }
}

bool is_wanted(const v1::DescribeConfigsResource& asked, std::string_view name) {
  return asked.keys().empty() || std::ranges::find(asked.keys(), name) != asked.keys().end();
}

void refuse(const ConfigFault& fault, v1::ConfigsDescription& wire) {
  wire.set_error(fault.error);
  wire.set_error_message(fault.message);
}

void write_key(ConfigResourceType scope, const ConfigKey& key, v1::ConfigKeyDescription& wire) {
  wire.set_type(static_cast<std::int32_t>(scope));
  wire.set_name(std::string(key.name));
  wire.set_broker_name(std::string(key.broker_name));
  wire.set_allowed(allowed_text(key));
  wire.set_default_value(std::string(key.default_value));
  wire.set_meaning(std::string(key.doc));
}

}  // namespace

v1::ConfigsDescription describe_configs(const MetadataImage& image,
                                        const ConfigMap& statics,
                                        const v1::DescribeConfigsResource& asked) {
  v1::ConfigsDescription description;
  description.set_type(asked.type());
  description.set_name(asked.name());
  if (const ConfigFault fault = fault_of_resource(image, {asked.type(), asked.name()})) {
    refuse(fault, description);
    return description;
  }
  const ConfigResource resource{static_cast<ConfigResourceType>(asked.type()), asked.name()};
  for (const std::string& key : asked.keys()) {
    if (find_config_key(resource.type, key) != nullptr) continue;
    refuse({v1::INVALID_CONFIG, "CFG-5", unknown_config_key(resource.type, key).message()},
           description);
    return description;
  }
  const ConfigView view{image.configs, broker_of(resource).value_or(kNoBroker), &statics};
  for (const ConfigKey& key : config_keys(resource.type)) {
    if (!is_wanted(asked, key.name)) continue;
    const auto origins = resource.type == ConfigResourceType::kTopic
                             ? topic_config_origins(view, resource.name, key)
                             : broker_config_origins(view, key);
    write_value(key, origins, *description.add_configs());
  }
  return description;
}

v1::ListConfigKeysResponse list_config_keys(const std::string& name) {
  v1::ListConfigKeysResponse response;
  for (const ConfigResourceType scope : kScopes) {
    for (const ConfigKey& key : config_keys(scope)) {
      if (name.empty() || key.name == name) write_key(scope, key, *response.add_keys());
    }
  }
  if (!response.keys().empty()) return response;
  const std::string_view shown = std::string_view(name).substr(0, kShownMax);
  const std::string_view topic = nearest_config_key(ConfigResourceType::kTopic, shown).name;
  const std::string_view broker = nearest_config_key(ConfigResourceType::kBroker, shown).name;
  const bool is_broker = edit_distance(shown, broker) < edit_distance(shown, topic);
  response.set_nearest(std::string(is_broker ? broker : topic));
  return response;
}

}  // namespace quorate::controller
