// What a topic must look like before anything is placed or written (TOP-3..TOP-5, INVALID_CONFIG).
//
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/control/commands.h"
#include "controller/control/options.h"
#include "controller/image/image.h"

namespace quorate::controller {

// No error when `error` is NONE. `rule` names who refused.
struct TopicFault {
  v1::ErrorCode error{};
  const char* rule = "";
  std::string message;

  explicit operator bool() const { return error != v1::ErrorCode{}; }
};

[[nodiscard]] TopicFault fault_of_name(const TopicsImage& topics, std::string_view name);
[[nodiscard]] TopicFault fault_of_configs(const ConfigsImage& image,
                                          const std::vector<ConfigSetting>& configs);
// Counts as asked for, or what the manual assignment says.
[[nodiscard]] TopicFault fault_of_counts(const ClusterImage& cluster,
                                         const NewTopic& topic,
                                         Cordons cordons,
                                         const ControlOptions& options);

// One manual assignment: of which partition, and how many replicas it must have.
struct WantedAssignment {
  std::int32_t partition = 0;
  const std::vector<BrokerId>& broker_ids;
  std::size_t replication_factor = 0;
  Cordons cordons = Cordons::kRespected;
};
[[nodiscard]] TopicFault fault_of_assignment(const ClusterImage& cluster,
                                             const WantedAssignment& wanted);

// How many partitions and replicas are wanted; requires that fault_of_counts found none.
[[nodiscard]] std::int32_t wanted_partitions(const NewTopic& topic, const ControlOptions& options);
[[nodiscard]] std::int32_t wanted_replicas(const NewTopic& topic, const ControlOptions& options);

}  // namespace quorate::controller
