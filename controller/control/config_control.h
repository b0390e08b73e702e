// How the configuration of topics, of brokers and of the cluster changes.
//
// Each resource of a request is changed as a whole or refused; one that is refused does not stop
// the others. What is judged is the map that would result (CFG-5), by the table of config_keys.h.
//
// Records of a resource: its Config in order of key, then ClearEligibleLeaders when
// min.insync.replicas changes where eligible leaders are kept (CFG-6). A value that stays makes no
// record, except of brokers, which read it anew (CFG-2).
//
// Errors per resource: INVALID_CONFIG (unknown key, bad value, no value, a list operation on what
// is no list), UNKNOWN_TOPIC_OR_PARTITION, BROKER_ID_NOT_REGISTERED, INVALID_REQUEST (named twice,
// unknown operation), UNSUPPORTED_VERSION (another kind of resource), POLICY_VIOLATION (more
// records than one request may write).
//
// Rules: CFG-1..CFG-6. Thread: the command thread.
// Source: Kafka's ConfigurationControlManager restated.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/image/configs_image.h"

namespace quorate::controller {

// No error when `error` is NONE. `rule` names who refused.
struct ConfigFault {
  v1::ErrorCode error{};
  const char* rule = "";
  std::string message;

  explicit operator bool() const { return error != v1::ErrorCode{}; }
};

// The resource must be one that has configuration, and exist (CFG-3).
[[nodiscard]] ConfigFault fault_of_resource(const MetadataImage& image,
                                            const ConfigResourceRef& asked);

[[nodiscard]] AlterConfigsAnswer alter_configs(Draft& draft,
                                               const AlterConfigs& command,
                                               const ControlOptions& options);

// One Config record; no value deletes the key.
void append_config(Draft& draft,
                   const ConfigResource& resource,
                   std::string_view key,
                   const std::optional<std::string>& value);

}  // namespace quorate::controller
