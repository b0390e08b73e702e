// `quorate quorum` and `quorate broker`: what the controllers know of themselves and of brokers.
// Thread: main.
#pragma once

#include "cli/connection.h"
#include "raft/base/status.h"

namespace quorate::cli {

// One row per controller, those that do not answer included. kUnavailable when none leads.
Status quorum_status(const GlobalOptions& options);

Status broker_list(const GlobalOptions& options);

}  // namespace quorate::cli
