#include "raft/server/options.h"

#include <string>

#include "raft/core/lease.h"

namespace quorate::raft {
namespace {

Status invalid(std::string_view name, std::string_view rule) {
  return {Code::kInvalidArgument, std::string(name) + " must " + std::string(rule)};
}

// A lease shorter than two heartbeats is over before it can be renewed; one longer than the
// election timeout would make elections wait for it.
Status validate_lease(const ServerOptions& options) {
  const Options& core = options.core;
  if (core.lease_ns == 0) return Status::ok();
  const auto tick_ns = static_cast<std::uint64_t>(options.tick_ns);
  const std::uint64_t worth = lease_worth(core.lease_ns, core.clock_drift_ppm);
  if (worth / tick_ns < 2ULL * core.heartbeat_ticks) {
    return invalid("core.lease_ns", "be worth at least two heartbeats");
  }
  if (core.lease_ns / tick_ns > core.election_timeout_ticks) {
    return invalid("core.lease_ns", "not exceed the election timeout");
  }
  return Status::ok();
}

}  // namespace

Status validate(const ServerOptions& options) {
  QUORATE_TRY(validate(options.core));
  if (options.tick_ns <= 0) return invalid("tick_ns", "be positive");
  QUORATE_TRY(validate_lease(options));
  if (options.late_ticks_max == 0) return invalid("late_ticks_max", "be positive");
  if (options.requests_pending_max == 0) return invalid("requests_pending_max", "be positive");
  if (options.inbox_items_max == 0) return invalid("inbox_items_max", "be positive");
  if (options.inbox_message_bytes_max == 0) {
    return invalid("inbox_message_bytes_max", "be positive");
  }
  if (options.storage_slow_ns < options.tick_ns) {
    return invalid("storage_slow_ns", "be at least a tick");
  }
  if (options.storage_hung_ns < options.storage_slow_ns + options.tick_ns) {
    return invalid("storage_hung_ns", "be at least a tick longer than storage_slow_ns");
  }
  if (options.snapshot_every_entries == 0) return invalid("snapshot_every_entries", "be positive");
  if (options.snapshot_every_bytes == 0) return invalid("snapshot_every_bytes", "be positive");
  if (options.snapshot_interval_ns < 0) return invalid("snapshot_interval_ns", "not be negative");
  if (options.poll_ns < 0) return invalid("poll_ns", "not be negative");
  return Status::ok();
}

}  // namespace quorate::raft
