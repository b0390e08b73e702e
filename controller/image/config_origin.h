// Where the value of a configuration key comes from, and what else could give it.
//
//   topic key:   the topic, the broker, the cluster's default, the program's file, built in
//   broker key:             the broker, the cluster's default, the program's file, built in
//
// The first that has a value wins (CFG-6). What is static is known to one process only: whoever
// asks about the cluster as a whole has none.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/image/config_keys.h"
#include "controller/image/configs_image.h"
#include "controller/image/types.h"

namespace quorate::controller {

// Numbers are Kafka's (DescribeConfigs).
enum class ConfigSource : std::uint8_t {
  kTopic = 1,
  kBroker = 2,
  kClusterDefault = 3,
  kStatic = 4,
  kBuiltIn = 5,
};

// Who looks. What it refers to must outlive it.
struct ConfigView {
  const ConfigsImage& configs;
  BrokerId broker = kNoBroker;         // whose own values count; nobody's: kNoBroker
  const ConfigMap* statics = nullptr;  // by broker key; null: none
};

struct ConfigOrigin {
  std::string name;  // of the key there: a broker key except for kTopic
  std::string value;
  ConfigSource source = ConfigSource::kBuiltIn;

  bool operator==(const ConfigOrigin&) const = default;
};

// The name of the resource that holds a broker's own values.
[[nodiscard]] ConfigResource broker_resource(BrokerId broker);
// The broker that it means; nothing when it is another kind of resource or no number.
[[nodiscard]] std::optional<BrokerId> broker_of(const ConfigResource& resource);
// The one that holds the cluster's defaults.
[[nodiscard]] const ConfigResource& cluster_resource();

// What holds for a topic. The key must exist.
[[nodiscard]] ConfigOrigin effective_topic_config(const ConfigView& view,
                                                  std::string_view topic,
                                                  std::string_view key);
// The same as a number, for keys of type kInt and kLong.
[[nodiscard]] std::int64_t effective_topic_number(const ConfigView& view,
                                                  std::string_view topic,
                                                  std::string_view key);
// What holds for the broker of the view, or for the cluster when it names none.
[[nodiscard]] ConfigOrigin effective_broker_config(const ConfigView& view, std::string_view key);

// All that has a value for the key, what wins first; the last one is built in.
[[nodiscard]] std::vector<ConfigOrigin> topic_config_origins(const ConfigView& view,
                                                             std::string_view topic,
                                                             const ConfigKey& key);
[[nodiscard]] std::vector<ConfigOrigin> broker_config_origins(const ConfigView& view,
                                                              const ConfigKey& key);

}  // namespace quorate::controller
