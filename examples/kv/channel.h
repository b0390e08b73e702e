// A gRPC connection to a server of the cluster, with mutual TLS.
//
// Thread: any.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "raft/transport/tls.h"

namespace quorate::kv {

// A connection of its own, not shared with other channels to the same address. A server that hangs
// is noticed after a few seconds.
[[nodiscard]] std::shared_ptr<grpc::Channel> make_channel(const std::string& address,
                                                          const raft::TlsOptions& tls);

}  // namespace quorate::kv
