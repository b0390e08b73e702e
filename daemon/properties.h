// Configuration in the syntax of Kafka's server.properties, checked against a table of options.
//
//   a value comes from the first of: --set key=value, environment, file, default
//   environment: QUORATE_ and the key in capitals with '_' for '.' and '-'
//
// The same table makes --help and docs/configuration.md. Every refusal names where the value came
// from (file:line, the variable, or --set), the key and the rule; an unknown key names the nearest
// known one.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "raft/base/status.h"

namespace quorate {

enum class OptionType : std::uint8_t {
  kText,
  kInteger,
  kBoolean,  // "true" or "false"
  kChoice,   // one of `choices`
  kList,     // separated by commas, spaces around them do not count
};

struct OptionSpec {
  std::string key;  // Kafka's where Kafka has it
  OptionType type = OptionType::kText;
  std::optional<std::string> fallback;  // the default; absent: the option is required
  std::string doc;                      // one or two sentences; units included
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  // kInteger only
  std::int64_t max = std::numeric_limits<std::int64_t>::max();  // kInteger only
  std::vector<std::string> choices = {};                        // kChoice only
};

// A whole number from `range.first` to `range.second`.
[[nodiscard]] OptionSpec integer_option(std::string key,
                                        std::optional<std::string> fallback,
                                        std::pair<std::int64_t, std::int64_t> range,
                                        std::string doc);

// What one program understands.
class OptionTable {
 public:
  OptionTable(std::string program, std::vector<OptionSpec> options);

  [[nodiscard]] const std::string& program() const { return program_; }
  [[nodiscard]] std::span<const OptionSpec> options() const { return options_; }
  // Null when unknown.
  [[nodiscard]] const OptionSpec* find(std::string_view key) const;
  // The known key with the fewest edits to `key`; nothing when none is close.
  [[nodiscard]] std::optional<std::string> nearest(std::string_view key) const;
  // For --help: one paragraph per option.
  [[nodiscard]] std::string help_text() const;
  // For docs/configuration.md: one table.
  [[nodiscard]] std::string markdown() const;

 private:
  std::string program_;
  std::vector<OptionSpec> options_;
};

// The process' environment, as "NAME=value" each.
[[nodiscard]] std::vector<std::string> process_environment();

struct PropertySources {
  std::string file;                      // path; empty: none
  std::vector<std::string> environment;  // "NAME=value" each; only QUORATE_* that are known count
  std::vector<std::string> sets;         // "key=value" each; a later one wins
};

class Properties {
 public:
  // kInvalidArgument for the first thing that is wrong; nothing is half loaded.
  static Result<Properties> load(const OptionTable& table, const PropertySources& sources);

  // Each requires a key of the table with that type.
  [[nodiscard]] const std::string& text(std::string_view key) const;  // kText and kChoice
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] bool boolean(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;

  // Where the value came from: "file:line", "QUORATE_X", "--set" or "default".
  [[nodiscard]] const std::string& origin(std::string_view key) const;
  // A refusal about `key`: "<origin>: <key>: <rule>".
  [[nodiscard]] Status refuse(std::string_view key, std::string_view rule) const;

 private:
  struct Value {
    std::string text;
    std::string origin;
  };
  [[nodiscard]] const Value& at(std::string_view key) const;

  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace quorate
