#include "controller/service/raft_options.h"

#include <string>

#include "raft/base/clock.h"

namespace quorate::controller {
namespace {

constexpr std::int64_t kPpmMax = 500'000;
constexpr std::int64_t kPriorityMax = 1000;
constexpr std::int64_t kRecordingBytesMax = std::int64_t{1} << 30;
// A lease worth less is over before it is renewed.
constexpr std::int64_t kHeartbeatsPerLease = 3;

}  // namespace

std::vector<OptionSpec> raft_option_specs() {
  return {
      integer_option(
          "controller.quorum.lease.ms",
          "0",
          {0, kHourMs},
          "For how long controllers promise not to help another leader, so that reads need no "
          "round of messages; 0: not at all. At least three heartbeats, at most an election "
          "timeout. A killed leader costs up to so much more (docs/reads.md)."),
      integer_option(
          "controller.quorum.clock.drift.ppm",
          "1000",
          {0, kPpmMax},
          "No monotonic clock of a controller is wrong by more, else reads under a lease may "
          "be stale."),
      integer_option(
          "controller.quorum.priority",
          "0",
          {0, kPriorityMax},
          "The controller with the highest shall be the active one: it stands first, and is "
          "handed the leadership once it has caught up."),
      integer_option(
          "controller.quorum.flight.recorder.bytes",
          "16777216",
          {0, kRecordingBytesMax},
          "How much is kept of the newest decisions, for quorate quorum record; 0: nothing."),
      {.key = "controller.quorum.flight.recording.path",
       .type = OptionType::kText,
       .fallback = "",
       .doc = "File to which they are written when the controller ends, however it does; empty: "
              "none."},
  };
}

Status read_raft_options(const Properties& properties, ControllerConfig& config) {
  constexpr std::string_view kLease = "controller.quorum.lease.ms";
  config.lease_ms = properties.integer(kLease);
  config.clock_drift_ppm =
      static_cast<std::uint32_t>(properties.integer("controller.quorum.clock.drift.ppm"));
  config.priority = static_cast<std::uint32_t>(properties.integer("controller.quorum.priority"));
  config.flight_recorder_bytes =
      static_cast<std::size_t>(properties.integer("controller.quorum.flight.recorder.bytes"));
  config.flight_recording_path = properties.text("controller.quorum.flight.recording.path");
  if (config.lease_ms == 0) return Status::ok();
  if (config.lease_ms > config.election_timeout_ms) {
    return properties.refuse(kLease,
                             std::to_string(config.lease_ms) +
                                 " is more than controller.quorum.election.timeout.ms, " +
                                 std::to_string(config.election_timeout_ms));
  }
  if (config.lease_ms < kHeartbeatsPerLease * config.heartbeat_ms) {
    return properties.refuse(kLease,
                             std::to_string(config.lease_ms) +
                                 " is less than three times controller.quorum.heartbeat.ms, " +
                                 std::to_string(config.heartbeat_ms));
  }
  return Status::ok();
}

raft::ServerOptions to_server_options(const ControllerConfig& config) {
  raft::ServerOptions options;
  options.core.election_timeout_ticks =
      static_cast<std::uint32_t>(config.election_timeout_ms / kTickMs);
  options.core.election_jitter_ticks = options.core.election_timeout_ticks / 2;
  options.core.heartbeat_ticks = static_cast<std::uint32_t>(config.heartbeat_ms / kTickMs);
  options.core.lease_ns = static_cast<std::uint64_t>(config.lease_ms * kNsPerMs);
  options.core.clock_drift_ppm = config.clock_drift_ppm;
  options.core.priority = config.priority;
  options.core.trace_messages = config.event_stream_messages;
  options.tick_ns = kTickMs * kNsPerMs;
  options.snapshot_every_entries = config.snapshot_every_entries;
  options.snapshot_every_bytes = config.snapshot_every_bytes;
  options.snapshot_interval_ns = config.snapshot_interval_ms * kNsPerMs;
  options.snapshot_trailing_entries = config.snapshot_trailing_entries;
  options.snapshot_send_bytes_per_second = config.snapshot_send_bytes_per_second;
  options.flight_recorder_bytes = config.flight_recorder_bytes;
  return options;
}

}  // namespace quorate::controller
