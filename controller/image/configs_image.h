// Configuration that was set, resource by resource. What was never set is not here: defaults are
// in config_keys.h.
//
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "controller/image/persistent_map.h"
#include "controller/image/types.h"

namespace quorate::controller {

// Numbers are Kafka's.
enum class ConfigResourceType : std::uint8_t { kTopic = 2, kBroker = 4 };

struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::kTopic;
  std::string name;  // a topic's name, or a broker's id in decimal; "" is the cluster's default

  auto operator<=>(const ConfigResource&) const = default;
};

using ConfigMap = std::map<std::string, std::string, std::less<>>;

class ConfigsImage {
 public:
  using Resources = PersistentMap<ConfigResource, std::shared_ptr<const ConfigMap>>;

  [[nodiscard]] const Resources& resources() const { return resources_; }
  // What was set on just this resource; empty when nothing was.
  [[nodiscard]] const ConfigMap& of(const ConfigResource& resource) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  void set(const ConfigResource& resource, std::string_view key, std::string value);
  // Removing what is absent is harmless.
  void unset(const ConfigResource& resource, std::string_view key);
  void remove(const ConfigResource& resource);

 private:
  void put(const ConfigResource& resource, ConfigMap configs);

  Resources resources_;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
