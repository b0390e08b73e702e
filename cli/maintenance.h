// `quorate snapshot`, `quorate quorum record`, `quorate quorum arm-fail-points`: what is asked of
// single controllers, leading or not.
// Thread: main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/connection.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct MaintenanceOptions {
  std::optional<std::int32_t> node;  // nothing: all of them
  std::string file;                  // a flight recording, to be made
  std::string fail_points;
};

// One row per snapshot of each controller.
Status snapshot_list(const GlobalOptions& global, const MaintenanceOptions& options);
// One row per controller. Ok when each has one that covers what it has applied.
Status snapshot_take(const GlobalOptions& global, const MaintenanceOptions& options);
// Writes the recording of one controller to a new file.
Status quorum_record(const GlobalOptions& global, const MaintenanceOptions& options);
// For tests.
Status quorum_arm_fail_points(const GlobalOptions& global, const MaintenanceOptions& options);

}  // namespace quorate::cli
