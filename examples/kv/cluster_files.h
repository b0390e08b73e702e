// The files of a cluster on this machine: certificates, formatted data directories and, for each
// program, a configuration that it takes with --config.
//
//   <dir>/ca.pem  <dir>/client.{pem,key}  <dir>/client.conf
//   <dir>/node-<id>/{server.conf,cert.pem,cert.key,data/}
//
// Keys are readable by their owner alone. Thread: any.
#pragma once

#include <cstdint>
#include <string>

#include "raft/base/status.h"

namespace quorate::kv {

struct ClusterPlan {
  std::string dir;
  std::uint32_t nodes = 3;
  std::uint16_t base_port = 0;  // two ports a node from here on; 0: ports that are free now
};

// kAlreadyExists when there is something in `dir`; kInvalidArgument; kIoError.
Status make_cluster_files(const ClusterPlan& plan);

[[nodiscard]] std::string server_config(const std::string& dir, std::uint32_t node);
[[nodiscard]] std::string client_config(const std::string& dir);

}  // namespace quorate::kv
