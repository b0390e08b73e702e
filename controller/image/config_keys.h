// The configuration keys that exist, with their types, defaults and limits. Brokers describe them
// (DescribeConfigs), controllers validate against them; a key that is not here is refused.
//
// Source: Kafka's documented topic and broker configuration.
// Thread: any; the table is constant.
#pragma once

#include <cstdint>
#include <optional>
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
  ConfigResourceType scope;
  ConfigType type;
  std::string_view default_value;
  // For numbers the allowed range, both included; for strings and lists the allowed words,
  // separated by '|' (empty: any).
  std::int64_t min;
  std::int64_t max;
  std::string_view words;
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

// What holds for a topic: its own value, the cluster's default, the built-in default. The key must
// exist.
[[nodiscard]] std::string effective_topic_config(const ConfigsImage& configs,
                                                 std::string_view topic,
                                                 std::string_view key);
// The same as a number, for keys of type kInt and kLong.
[[nodiscard]] std::int64_t effective_topic_number(const ConfigsImage& configs,
                                                  std::string_view topic,
                                                  std::string_view key);

}  // namespace quorate::controller
