// What every client program is told about a cluster.
//
// Thread: main.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "examples/kv/kv_link.h"
#include "raft/base/status.h"
#include "raft/transport/tls.h"

namespace quorate::kv {

struct ClusterOptions {
  std::vector<std::string> servers;
  raft::TlsFiles tls;
};

// --config, --servers, --ca, --certificate, --key.
void add_cluster_options(CLI::App& app, ClusterOptions& options);
// Servers and loaded certificates; kInvalidArgument and the errors of load_tls().
Result<LinkOptions> to_link_options(const ClusterOptions& options);

}  // namespace quorate::kv
