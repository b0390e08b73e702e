#include "controller/image/config_origin.h"

#include <charconv>

#include "raft/base/check.h"

namespace quorate::controller {
namespace {

const std::string* value_in(const ConfigMap& configs, std::string_view key) {
  const auto found = configs.find(key);
  return found == configs.end() ? nullptr : &found->second;
}

// Shows each origin below the topic to `take`, the one that wins first, until it returns true.
template <typename Take>
void each_broker_origin(const ConfigView& view,
                        std::string_view key,
                        std::string_view built_in,
                        const Take& take) {
  const auto show = [&](const ConfigMap& configs, ConfigSource source) {
    const std::string* value = value_in(configs, key);
    return value != nullptr && take(key, *value, source);
  };
  if (view.broker != kNoBroker &&
      show(view.configs.of(broker_resource(view.broker)), ConfigSource::kBroker)) {
    return;
  }
  if (show(view.configs.of(cluster_resource()), ConfigSource::kClusterDefault)) return;
  if (view.statics != nullptr && show(*view.statics, ConfigSource::kStatic)) return;
  take(key, built_in, ConfigSource::kBuiltIn);
}

template <typename Take>
void each_topic_origin(const ConfigView& view,
                       std::string_view topic,
                       const ConfigKey& key,
                       const Take& take) {
  const ConfigMap& own = view.configs.of({ConfigResourceType::kTopic, std::string(topic)});
  const std::string* value = value_in(own, key.name);
  if (value != nullptr && take(key.name, *value, ConfigSource::kTopic)) return;
  each_broker_origin(view, key.broker_name, key.default_value, take);
}

const ConfigKey& known_key(ConfigResourceType scope, std::string_view name) {
  const ConfigKey* known = find_config_key(scope, name);
  QUORATE_CHECK(known != nullptr);
  return *known;
}

}  // namespace

ConfigResource broker_resource(BrokerId broker) {
  return {ConfigResourceType::kBroker, std::to_string(broker)};
}

std::optional<BrokerId> broker_of(const ConfigResource& resource) {
  if (resource.type != ConfigResourceType::kBroker) return std::nullopt;
  const auto id = parse_number<BrokerId>(resource.name);
  return id && *id >= 0 && resource.name == std::to_string(*id) ? id : std::nullopt;
}

const ConfigResource& cluster_resource() {
  static const ConfigResource resource{ConfigResourceType::kBroker, ""};
  return resource;
}

ConfigOrigin effective_topic_config(const ConfigView& view,
                                    std::string_view topic,
                                    std::string_view key) {
  ConfigOrigin first;
  const auto take = [&](std::string_view name, std::string_view value, ConfigSource source) {
    first = {std::string(name), std::string(value), source};
    return true;
  };
  each_topic_origin(view, topic, known_key(ConfigResourceType::kTopic, key), take);
  return first;
}

std::int64_t effective_topic_number(const ConfigView& view,
                                    std::string_view topic,
                                    std::string_view key) {
  const ConfigKey& known = known_key(ConfigResourceType::kTopic, key);
  QUORATE_CHECK(known.type == ConfigType::kInt || known.type == ConfigType::kLong);
  // A value that does not parse can only come from a log that a newer version wrote.
  auto number = parse_number<std::int64_t>(effective_topic_config(view, topic, key).value);
  if (!number) number = parse_number<std::int64_t>(known.default_value);
  QUORATE_CHECK(number.has_value());
  return *number;
}

ConfigOrigin effective_broker_config(const ConfigView& view, std::string_view key) {
  const ConfigKey& known = known_key(ConfigResourceType::kBroker, key);
  ConfigOrigin first;
  const auto take = [&](std::string_view name, std::string_view value, ConfigSource source) {
    first = {std::string(name), std::string(value), source};
    return true;
  };
  each_broker_origin(view, known.name, known.default_value, take);
  return first;
}

std::vector<ConfigOrigin> topic_config_origins(const ConfigView& view,
                                               std::string_view topic,
                                               const ConfigKey& key) {
  std::vector<ConfigOrigin> origins;
  each_topic_origin(
      view, topic, key, [&](std::string_view name, std::string_view value, ConfigSource source) {
        origins.push_back({std::string(name), std::string(value), source});
        return false;
      });
  return origins;
}

std::vector<ConfigOrigin> broker_config_origins(const ConfigView& view, const ConfigKey& key) {
  std::vector<ConfigOrigin> origins;
  each_broker_origin(view,
                     key.name,
                     key.default_value,
                     [&](std::string_view name, std::string_view value, ConfigSource source) {
                       origins.push_back({std::string(name), std::string(value), source});
                       return false;
                     });
  return origins;
}

}  // namespace quorate::controller
