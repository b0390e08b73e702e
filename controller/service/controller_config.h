// What quorate-controller can be told, and the checked values.
//
// Thread: values. Source: Kafka's KRaft configuration where keys are the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "controller/control/mutation_quota.h"
#include "controller/image/configs_image.h"
#include "controller/image/types.h"
#include "daemon/log.h"
#include "daemon/properties.h"
#include "daemon/tls_files.h"
#include "raft/base/status.h"

namespace quorate::controller {

[[nodiscard]] OptionTable controller_option_table();

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const { return host + ':' + std::to_string(port); }
};

struct ControllerConfig {
  std::int32_t node_id = -1;
  std::optional<Uuid> cluster_id;
  std::string data_dir;
  HostPort raft_listener;
  HostPort controller_listener;
  std::optional<HostPort> http_listener;
  std::map<std::uint64_t, std::string> voters;     // "host:port" of raft listeners, by node id
  std::map<std::uint64_t, std::string> endpoints;  // of controller listeners; may lack some
  TlsPaths tls;
  std::int64_t election_timeout_ms = 0;
  std::int64_t heartbeat_ms = 0;
  std::int64_t lease_ms = 0;  // 0: none
  std::uint32_t clock_drift_ppm = 0;
  std::uint32_t priority = 0;
  std::size_t flight_recorder_bytes = 0;
  std::string flight_recording_path;
  std::uint64_t snapshot_every_entries = 0;
  std::uint64_t snapshot_every_bytes = 0;
  std::int64_t snapshot_interval_ms = 0;
  std::uint64_t snapshot_trailing_entries = 0;
  std::uint64_t snapshot_send_bytes_per_second = 0;
  std::uint32_t broker_session_timeout_ms = 0;
  std::uint32_t broker_heartbeat_interval_ms = 0;
  std::int32_t default_partitions = 0;
  std::int32_t default_replication_factor = 0;
  bool delete_topic_enable = true;
  bool eligible_leaders = false;
  ConfigMap statics;  // of what can be set in the cluster too, what the file says
  std::uint32_t balance_interval_ms = 0;     // 0: never
  std::uint32_t leaderless_interval_ms = 0;  // 0: never
  std::uint32_t maintenance_brokers_max = 1;
  MutationQuotaOptions mutation_quota;
  std::string event_stream_path;
  bool event_stream_messages = false;
  LogFormat log_format = LogFormat::kLogfmt;
  LogLevel log_level = LogLevel::kInfo;
};

// kInvalidArgument names where the value came from, the key and the rule it breaks.
Result<ControllerConfig> read_controller_config(const Properties& properties);

// "host:port" with a port of 1..65535 (or, for a listener, 0).
Result<HostPort> parse_host_port(std::string_view text);

}  // namespace quorate::controller
