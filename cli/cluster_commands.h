// `quorate quorum` and `quorate broker`: what the controllers know of themselves and of brokers.
// Thread: main.
#pragma once

#include <cstdint>

#include "cli/connection.h"
#include "raft/base/status.h"

namespace quorate::cli {

// One row per controller, those that do not answer included. kUnavailable when none leads.
Status quorum_status(const GlobalOptions& options);

Status broker_list(const GlobalOptions& options);
// The exit status; Exit::kNotFound when it is not registered.
int broker_describe(const GlobalOptions& options, std::int32_t id);

}  // namespace quorate::cli
