// A development cluster: which processes it has, where they listen, and where their files are.
//
//   <dir>/cluster.json            this structure
//   <dir>/tls/                    certificate authority and one certificate per process
//   <dir>/<process>/              server.properties, data/, log, events.jsonl, pid
//
// Everything of the cluster lies below <dir>; removing it removes the cluster.
// Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/process.h"
#include "raft/base/status.h"

namespace quorate::cli {

enum class ProcessKind { kController, kBroker };

struct DevProcess {
  ProcessKind kind = ProcessKind::kController;
  std::int32_t id = 0;
  std::string incarnation;         // controllers: drawn when the cluster is made
  std::uint16_t raft_port = 0;     // controllers
  std::uint16_t service_port = 0;  // controllers: gRPC; brokers: Kafka protocol
  std::uint16_t http_port = 0;
  [[nodiscard]] std::string name() const;  // "controller-1"
};

struct DevCluster {
  std::string dir;  // absolute
  std::string cluster_id;
  std::vector<DevProcess> processes;  // controllers first, ascending ids

  [[nodiscard]] std::string path_of(const DevProcess& process, std::string_view file) const;
  [[nodiscard]] std::string tls_path(std::string_view file) const;
  // "127.0.0.1:<port>,..." of one kind.
  [[nodiscard]] std::string addresses(ProcessKind kind) const;
  [[nodiscard]] std::vector<std::string> address_list(ProcessKind kind) const;
};

struct DevShape {
  std::int32_t controllers = 3;
  std::int32_t brokers = 3;
  std::uint16_t base_port = 0;  // 0: ports that are free now
};

// Lays a new cluster out; nothing is written. kUnavailable when a port is taken.
Result<DevCluster> lay_out(const std::string& dir, const DevShape& shape);

// kNotFound when `dir` holds no cluster.
Result<DevCluster> load_cluster(const std::string& dir);
Status save_cluster(const DevCluster& cluster);

// Certificates, configuration files, formatted data directories. Once, for a new cluster.
Status write_cluster_files(const DevCluster& cluster);

// The process as its pid file names it; pid 0 when there is none.
[[nodiscard]] ProcessRef running_process(const DevCluster& cluster, const DevProcess& process);
Status save_process(const DevCluster& cluster, const DevProcess& process, const ProcessRef& ref);

}  // namespace quorate::cli
