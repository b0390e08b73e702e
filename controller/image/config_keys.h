// The configuration keys that exist, with their types, defaults and limits. The one table: brokers
// and controllers describe it, controllers validate against it (new topics and changes alike), and
// docs/configuration.md is made from it. A key that is not here is refused. Where a value comes
// from is config_origin.h's.
//
// Source: Kafka's documented topic and broker configuration.
// Thread: any; the table is constant.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "controller/image/configs_image.h"
#include "raft/base/status.h"

namespace quorate::controller {

// All of `text` as a number; nothing when it is none, or out of range.
template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

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

// Keys that the controller itself decides by; topics and brokers have them under one name.
inline constexpr std::string_view kMinInsyncKey = "min.insync.replicas";
inline constexpr std::string_view kUncleanElectionKey = "unclean.leader.election.enable";

// All keys of a scope, in order of name.
[[nodiscard]] std::span<const ConfigKey> config_keys(ConfigResourceType scope);
// Null when unknown.
[[nodiscard]] const ConfigKey* find_config_key(ConfigResourceType scope, std::string_view name);

// How many characters must be put in, taken out or replaced.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
// The known key with the fewest edits to `name`.
[[nodiscard]] const ConfigKey& nearest_config_key(ConfigResourceType scope, std::string_view name);
// kNotFound; the message names the nearest known key.
[[nodiscard]] Status unknown_config_key(ConfigResourceType scope, std::string_view name);

// Whether `value` may be set. Errors: kNotFound (unknown key; the message names the nearest one),
// kInvalidArgument (the message names key, value and what is allowed).
[[nodiscard]] Status validate_config(ConfigResourceType scope,
                                     std::string_view name,
                                     std::string_view value);

// What may be set, in words: "a whole number from 1 to 2147483647".
[[nodiscard]] std::string allowed_text(const ConfigKey& key);

// Whether the values of one resource fit together; each is valid by itself already. `value_of`
// tells what holds for a key. Errors: kInvalidArgument.
[[nodiscard]] Status validate_together(
    ConfigResourceType scope, const std::function<std::string(std::string_view)>& value_of);

// The items of a list as it is written, in order; none of an empty text.
[[nodiscard]] std::vector<std::string> list_items(std::string_view value);

}  // namespace quorate::controller
