// What three nodes with real disks and connections have: formatted data directories, RocksDB in
// them, gRPC with mutual TLS on loopback, and each other's addresses.
//
// Owner and thread: one test. It outlives what was opened here.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "raft/storage/log_store.h"
#include "raft/transport/grpc_transport.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::raft {

class RealNodes {
 public:
  static constexpr std::size_t kSize = 3;
  static constexpr ClusterId kCluster{.high = 1, .low = 2};

  // Each directory is formatted for group 1.
  RealNodes();

  [[nodiscard]] static ReplicaId replica(std::size_t at) {
    return {.node = NodeId{at + 1}, .incarnation = {.high = 9, .low = at + 1}};
  }
  // Of a group with all three as voters.
  [[nodiscard]] static Bootstrap first_state(std::uint64_t group);

  [[nodiscard]] std::unique_ptr<LogStore> open_store(std::size_t at) const;
  // Will listen where it did before.
  [[nodiscard]] std::unique_ptr<Transport> open_transport(std::size_t at);
  // What owns the transport of `at` has started: it and the others learn where each listens.
  void introduce(std::size_t at);
  // It is about to be stopped.
  void leave(std::size_t at) { transports_[at] = nullptr; }

 private:
  [[nodiscard]] std::string data_of(std::size_t at) const {
    return dir_.path("node-" + std::to_string(at));
  }

  const TempDir dir_;
  std::array<TlsOptions, kSize> tls_;
  std::array<std::uint16_t, kSize> ports_{};        // 0: any
  std::array<GrpcTransport*, kSize> transports_{};  // of those that run
};

}  // namespace quorate::raft
