#include "raft/core/options.h"

#include <string>

namespace quorate::raft {
namespace {

Status refuse(std::string_view rule) {
  return {Code::kInvalidArgument, "options: " + std::string(rule)};
}

Status validate_times(const Options& options) {
  if (options.heartbeat_ticks == 0) return refuse("heartbeat_ticks must be at least 1");
  if (options.election_timeout_ticks / 5 < options.heartbeat_ticks) {
    return refuse("election_timeout_ticks must be at least five times heartbeat_ticks");
  }
  if (options.election_jitter_ticks == 0) return refuse("election_jitter_ticks must be at least 1");
  if (options.leader_gone_jitter_ticks > options.election_timeout_ticks) {
    return refuse("leader_gone_jitter_ticks must not exceed election_timeout_ticks");
  }
  if (options.first_election_heartbeats == 1) {
    return refuse("first_election_heartbeats must be 0 or at least 2");
  }
  if (options.first_election_heartbeats >
      options.election_timeout_ticks / options.heartbeat_ticks) {
    return refuse("first_election_heartbeats must not last longer than election_timeout_ticks");
  }
  if (options.lease_ns > kLeaseNsMax) return refuse("lease_ns must not exceed an hour");
  if (options.clock_drift_ppm > kClockDriftPpmMax) {
    return refuse("clock_drift_ppm must not exceed 900000");
  }
  if (options.catch_up_ticks == 0) return refuse("catch_up_ticks must be at least 1");
  return Status::ok();
}

Status validate_bounds(const Options& options) {
  if (options.append_bytes_max == 0) return refuse("append_bytes_max must be positive");
  if (options.append_entries_max == 0) return refuse("append_entries_max must be positive");
  if (options.in_flight_appends_max == 0) return refuse("in_flight_appends_max must be positive");
  if (options.in_flight_bytes_max == 0) return refuse("in_flight_bytes_max must be positive");
  if (options.entry_bytes_max == 0) return refuse("entry_bytes_max must be positive");
  if (options.uncommitted_bytes_max < options.entry_bytes_max) {
    return refuse("uncommitted_bytes_max must hold an entry of entry_bytes_max");
  }
  if (options.apply_bytes_max == 0) return refuse("apply_bytes_max must be positive");
  if (options.pending_reads_max == 0) return refuse("pending_reads_max must be positive");
  if (options.forward_entries_max == 0) return refuse("forward_entries_max must be positive");
  if (options.forward_bytes_max == 0) return refuse("forward_bytes_max must be positive");
  if (options.snapshot_chunk_bytes == 0) return refuse("snapshot_chunk_bytes must be positive");
  if (options.snapshot_chunks_in_flight_max == 0) {
    return refuse("snapshot_chunks_in_flight_max must be positive");
  }
  return Status::ok();
}

}  // namespace

Status validate(const Options& options) {
  if (options.self.node.value == 0) return refuse("self.node must not be 0");
  QUORATE_TRY(validate_times(options));
  return validate_bounds(options);
}

}  // namespace quorate::raft
