// The configuration keys that exist, with their types, defaults and limits. Brokers describe them
// (DescribeConfigs), controllers validate against them; a key that is not here is refused.
//
// Source: Kafka's documented topic and broker configuration.
// Thread: any; the table is constant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "controller/image/configs_image.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Numbers are Kafka's (DescribeConfigs).
enum class ConfigType : std::uint8_t {
  kBoolean = 1,
  kString = 2,
  kInt = 3,
  kLong = 5,
  kDouble = 6,
  kList = 7,
};

struct ConfigKey {
  std::string_view name;
  ConfigType type;
  std::string_view default_value;
  // For numbers the allowed range, both included; for strings and lists the allowed words,
  // separated by '|' (empty: any).
  double min;
  double max;
  std::string_view words;
  // For topic keys: the broker key whose cluster-wide value holds where a topic has none.
  std::string_view broker_name;
  std::string_view doc;
};

// All keys of a scope, in order of name.
[[nodiscard]] std::span<const ConfigKey> config_keys(ConfigResourceType scope);
// Null when unknown.
[[nodiscard]] const ConfigKey* find_config_key(ConfigResourceType scope, std::string_view name);

// Whether `value` may be set. Errors: kNotFound (unknown key; the message names the nearest one),
// kInvalidArgument (the message names key, value and what is allowed).
[[nodiscard]] Status validate_config(ConfigResourceType scope,
                                     std::string_view name,
                                     std::string_view value);

// Where a value comes from; numbers are Kafka's (DescribeConfigs).
enum class ConfigSource : std::uint8_t { kTopic = 1, kClusterDefault = 3, kBuiltIn = 5 };

struct EffectiveConfig {
  std::string value;
  ConfigSource source = ConfigSource::kBuiltIn;
};

// What holds for a topic: its own value, else the cluster's default, else the built-in one. The key
// must exist.
[[nodiscard]] EffectiveConfig effective_topic_config(const ConfigsImage& configs,
                                                     std::string_view topic,
                                                     std::string_view key);
// The same as a number, for keys of type kInt and kLong.
[[nodiscard]] std::int64_t effective_topic_number(const ConfigsImage& configs,
                                                  std::string_view topic,
                                                  std::string_view key);

}  // namespace quorate::controller
