#include "controller/image/config_keys.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <vector>

namespace quorate::controller {
namespace {

constexpr std::size_t kShownMax = 100;  // bytes of what a caller sent
constexpr double kIntMax = 2147483647.0;
constexpr double kLongMax = 9223372036854775807.0;
constexpr std::string_view kCompressions = "producer|uncompressed|gzip|snappy|lz4|zstd";
constexpr std::string_view kTimestampTypes = "CreateTime|LogAppendTime";
constexpr std::string_view kPolicies = "delete|compact";
constexpr std::string_view kTopicLagMin = "min.compaction.lag.ms";
constexpr std::string_view kTopicLagMax = "max.compaction.lag.ms";
constexpr std::string_view kBrokerLagMin = "log.cleaner.min.compaction.lag.ms";
constexpr std::string_view kBrokerLagMax = "log.cleaner.max.compaction.lag.ms";

constexpr std::array kTopicKeys = {
    ConfigKey{"cleanup.policy",
              ConfigType::kList,
              "delete",
              0,
              0,
              kPolicies,
              "log.cleanup.policy",
              "What happens to old segments: removed, or compacted to the last value of each key."},
    ConfigKey{"compression.type",
              ConfigType::kString,
              "producer",
              0,
              0,
              kCompressions,
              "compression.type",
              "Codec of stored batches; 'producer' keeps them as they came."},
    ConfigKey{"delete.retention.ms",
              ConfigType::kLong,
              "86400000",
              0,
              kLongMax,
              "",
              "log.cleaner.delete.retention.ms",
              "How long a compacted topic keeps tombstones."},
    ConfigKey{"file.delete.delay.ms",
              ConfigType::kLong,
              "60000",
              0,
              kLongMax,
              "",
              "log.segment.delete.delay.ms",
              "Wait between forgetting a file and removing it."},
    ConfigKey{"flush.messages",
              ConfigType::kLong,
              "9223372036854775807",
              1,
              kLongMax,
              "",
              "log.flush.interval.messages",
              "Records after which the log is synced to disk."},
    ConfigKey{"flush.ms",
              ConfigType::kLong,
              "9223372036854775807",
              0,
              kLongMax,
              "",
              "log.flush.interval.ms",
              "Time after which the log is synced to disk."},
    ConfigKey{"index.interval.bytes",
              ConfigType::kInt,
              "4096",
              0,
              kIntMax,
              "",
              "log.index.interval.bytes",
              "Bytes of log between two entries of its index."},
    ConfigKey{kTopicLagMax,
              ConfigType::kLong,
              "9223372036854775807",
              1,
              kLongMax,
              "",
              kBrokerLagMax,
              "Age at which a record is compacted at the latest."},
    ConfigKey{"max.message.bytes",
              ConfigType::kInt,
              "1048588",
              0,
              kIntMax,
              "",
              "message.max.bytes",
              "Largest record batch that is accepted."},
    ConfigKey{"message.timestamp.type",
              ConfigType::kString,
              "CreateTime",
              0,
              0,
              kTimestampTypes,
              "log.message.timestamp.type",
              "Whose clock stamps records: producer's or broker's."},
    ConfigKey{"min.cleanable.dirty.ratio",
              ConfigType::kDouble,
              "0.5",
              0,
              1,
              "",
              "log.cleaner.min.cleanable.ratio",
              "Dirty share at which compaction begins."},
    ConfigKey{kTopicLagMin,
              ConfigType::kLong,
              "0",
              0,
              kLongMax,
              "",
              kBrokerLagMin,
              "Age below which a record is not compacted."},
    ConfigKey{kMinInsyncKey,
              ConfigType::kInt,
              "1",
              1,
              kIntMax,
              "",
              kMinInsyncKey,
              "In-sync replicas needed before a produce with acks=all succeeds."},
    ConfigKey{"preallocate",
              ConfigType::kBoolean,
              "false",
              0,
              0,
              "",
              "log.preallocate",
              "Whether segment files get their full size when they are made."},
    ConfigKey{"retention.bytes",
              ConfigType::kLong,
              "-1",
              -1,
              kLongMax,
              "",
              "log.retention.bytes",
              "Size per partition above which old segments are removed; -1: any."},
    ConfigKey{"retention.ms",
              ConfigType::kLong,
              "604800000",
              -1,
              kLongMax,
              "",
              "log.retention.ms",
              "Age after which old segments are removed; -1: never."},
    ConfigKey{"segment.bytes",
              ConfigType::kInt,
              "1073741824",
              14,
              kIntMax,
              "",
              "log.segment.bytes",
              "Size at which a segment is closed and a new one begins."},
    ConfigKey{"segment.index.bytes",
              ConfigType::kInt,
              "10485760",
              4,
              kIntMax,
              "",
              "log.index.size.max.bytes",
              "Largest index of one segment."},
    ConfigKey{"segment.ms",
              ConfigType::kLong,
              "604800000",
              1,
              kLongMax,
              "",
              "log.roll.ms",
              "Age at which a segment is closed even when it is not full."},
    ConfigKey{kUncleanElectionKey,
              ConfigType::kBoolean,
              "false",
              0,
              0,
              "",
              kUncleanElectionKey,
              "Whether a replica outside the ISR may lead when no other is left: loses records."},
};

// Each topic key has a broker key of its own that sets the cluster's default.
std::vector<ConfigKey> make_broker_keys() {
  std::vector<ConfigKey> keys(kTopicKeys.begin(), kTopicKeys.end());
  for (ConfigKey& key : keys) {
    key.name = key.broker_name;
    key.broker_name = {};
  }
  std::sort(keys.begin(), keys.end(), [](const ConfigKey& a, const ConfigKey& b) {
    return a.name < b.name;
  });
  return keys;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_one_of(std::string_view word, std::string_view words) {
  const auto allowed = split(words, '|');
  return words.empty() || std::find(allowed.begin(), allowed.end(), word) != allowed.end();
}

bool is_valid(const ConfigKey& key, std::string_view value) {
  switch (key.type) {
    case ConfigType::kBoolean: return value == "true" || value == "false";
    case ConfigType::kString: return is_one_of(value, key.words);
    case ConfigType::kInt:
    case ConfigType::kLong: {
      const auto number = parse_number<std::int64_t>(value);
      return number && static_cast<double>(*number) >= key.min &&
             static_cast<double>(*number) <= key.max;
    }
    case ConfigType::kDouble: {
      const auto number = parse_number<double>(value);
      return number && *number >= key.min && *number <= key.max;
    }
    case ConfigType::kList: {
      const auto parts = split(value, ',');
      return std::all_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return is_one_of(part, key.words);
      });
    }
  }
  return false;
}

std::string number_text(const ConfigKey& key, double number) {
  if (key.type == ConfigType::kDouble) return std::to_string(number);
  return number >= kLongMax ? "2^63-1" : std::to_string(static_cast<std::int64_t>(number));
}

}  // namespace

std::span<const ConfigKey> config_keys(ConfigResourceType scope) {
  static const std::vector<ConfigKey> broker_keys = make_broker_keys();
  if (scope == ConfigResourceType::kBroker) return broker_keys;
  return kTopicKeys;
}

std::string allowed_text(const ConfigKey& key) {
  switch (key.type) {
    case ConfigType::kBoolean: return "true or false";
    case ConfigType::kString: return "one of " + std::string(key.words);
    case ConfigType::kList: return "a comma-separated list of " + std::string(key.words);
    case ConfigType::kInt:
    case ConfigType::kLong:
      return "a whole number from " + number_text(key, key.min) + " to " +
             number_text(key, key.max);
    case ConfigType::kDouble:
      return "a number from " + number_text(key, key.min) + " to " + number_text(key, key.max);
  }
  return {};
}

const ConfigKey* find_config_key(ConfigResourceType scope, std::string_view name) {
  const auto keys = config_keys(scope);
  const auto found = std::lower_bound(
      keys.begin(), keys.end(), name, [](const ConfigKey& key, std::string_view wanted) {
        return key.name < wanted;
      });
  return found != keys.end() && found->name == name ? &*found : nullptr;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

const ConfigKey& nearest_config_key(ConfigResourceType scope, std::string_view name) {
  const auto keys = config_keys(scope);
  const std::string_view shown = name.substr(0, kShownMax);
  return *std::min_element(keys.begin(), keys.end(), [&](const auto& a, const auto& b) {
    return edit_distance(shown, a.name) < edit_distance(shown, b.name);
  });
}

Status unknown_config_key(ConfigResourceType scope, std::string_view name) {
  return {Code::kNotFound,
          "unknown config '" + std::string(name.substr(0, kShownMax)) + "'; the nearest one is '" +
              std::string(nearest_config_key(scope, name).name) + "'"};
}

Status validate_config(ConfigResourceType scope, std::string_view name, std::string_view value) {
  const ConfigKey* key = find_config_key(scope, name);
  if (key == nullptr) return unknown_config_key(scope, name);
  if (is_valid(*key, value)) return Status::ok();
  return {Code::kInvalidArgument,
          "value '" + std::string(value.substr(0, kShownMax)) + "' of config '" +
              std::string(name) + "' must be " + allowed_text(*key)};
}

Status validate_together(ConfigResourceType scope,
                         const std::function<std::string(std::string_view)>& value_of) {
  const bool is_topic = scope == ConfigResourceType::kTopic;
  const std::string_view least = is_topic ? kTopicLagMin : kBrokerLagMin;
  const std::string_view most = is_topic ? kTopicLagMax : kBrokerLagMax;
  const auto min = parse_number<std::int64_t>(value_of(least));
  const auto max = parse_number<std::int64_t>(value_of(most));
  if (!min || !max || *min <= *max) return Status::ok();
  return {Code::kInvalidArgument,
          "config '" + std::string(least) + "', " + std::to_string(*min) +
              ", must not be larger than '" + std::string(most) + "', " + std::to_string(*max)};
}

std::vector<std::string> list_items(std::string_view value) {
  std::vector<std::string> items;
  for (const std::string_view part : split(value, ',')) {
    if (!part.empty()) items.emplace_back(part);
  }
  return items;
}

}  // namespace quorate::controller
