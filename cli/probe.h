// `quorate quorum probe`: when can metadata be written? Writes no-op records at a steady pace.
//
// One line per write on standard output:
//   {"start_ns":..., "end_ns":..., "outcome":"committed", "offset":..., "controller":...}
// Times are nanoseconds of the machine's monotonic clock, comparable with other processes' on the
// same machine. Outcomes: committed, rejected (certainly not written), unknown.
// Thread: main.
#pragma once

#include <cstdint>

#include "cli/connection.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct ProbeOptions {
  std::int64_t interval_ms = 5;
  std::uint64_t count = 0;  // 0: until SIGTERM or SIGINT
};

Status quorum_probe(const GlobalOptions& options, const ProbeOptions& probe);

}  // namespace quorate::cli
