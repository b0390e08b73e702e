// What `quorate-broker` can be told, and what it makes of it.
//
// Keys are Kafka's where Kafka has them; docs/configuration.md is made from the same table.
// Thread: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/properties.h"
#include "daemon/tls_files.h"

namespace quorate::broker {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

struct BrokerOptions {
  std::int32_t node_id = -1;
  std::string cluster_id;  // 22 characters
  std::string log_dir;
  std::string rack;
  HostPort listener;      // where clients connect; port 0: any free one
  HostPort advertised;    // port 0: the one listened on
  std::string http_host;  // empty: no HTTP listener
  std::uint16_t http_port = 0;
  std::vector<std::string> controllers;  // host:port of their CONTROLLER listeners
  TlsPaths tls;

  std::int64_t replica_lag_max_ms = 0;
  std::int32_t fetch_wait_max_ms = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t flush_interval_messages = 0;
  std::int64_t message_bytes_max = 0;
  std::int32_t partitions_default = 0;
  std::int64_t shutdown_wait_max_ms = 0;
  bool auto_create_topics = false;

  std::string event_stream_path;
  std::string log_level;
  std::string log_format;
};

[[nodiscard]] OptionTable broker_option_table();
// kInvalidArgument names the key and where its value came from.
Result<BrokerOptions> broker_options_from(const Properties& properties);

}  // namespace quorate::broker
