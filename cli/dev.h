// `quorate dev`: a cluster of separate processes on this machine, for trying and experimenting.
// Thread: main.
#pragma once

#include <cstdint>
#include <string>

#include "cli/dev_cluster.h"
#include "cli/output.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct DevOptions {
  std::string dir;
  DevShape shape;
  std::uint32_t wait_seconds = 60;  // until every process is ready
};

// Makes the cluster if `dir` holds none, starts every process of it that is not running, and waits
// until all are ready. Progress goes to standard error.
Status dev_start(const DevOptions& options, Format format);

// SIGTERM, then SIGKILL for what has not ended after `wait_seconds`.
Status dev_stop(const DevOptions& options);

// Returns kUnavailable when a process is not ready, after printing all.
Status dev_status(const DevOptions& options, Format format);

// Stops everything and removes the cluster's files; nothing else in `dir` is touched.
Status dev_destroy(const DevOptions& options);

}  // namespace quorate::cli
