// ControllerService: everything a controller offers over gRPC, wired together, on one port.
//
//   construct --> observers() go to the state machine --> start() listens --> stop()
//
// Mutual TLS only; the health service and reflection are on. Nothing here knows RocksDB or how
// replicas talk to each other.
//
// Owner: main; must outlive the raft::Server whose observers it holds. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/control/active_controller.h"
#include "controller/service/metadata_state_machine.h"
#include "controller/service/options.h"
#include "controller/service/query_services.h"
#include "controller/service/quorum_port.h"
#include "daemon/event_stream.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "raft/base/clock.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct ServiceTls {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

struct ControllerServiceOptions {
  std::string listen = "127.0.0.1:0";  // "host:port"; port 0: any free one
  ServiceTls tls;
  std::int32_t node_id = -1;
  ControlOptions control;
  LoopOptions loop;
  FeedOptions feed;
  QuorumAddresses addresses;
  std::uint32_t heartbeat_interval_ms = 500;
  std::int64_t raft_tick_ms = 10;
  std::size_t request_bytes_max = 4U << 20U;  // a larger request is refused
  int streams_per_connection_max = 256;
  std::string version;
};

// All must outlive the service.
struct ControllerServiceParts {
  QuorumPort* port = nullptr;
  MetadataStateMachine* metadata = nullptr;  // gets the service's observers
  EventStream* events = nullptr;
  Log* log = nullptr;
  Metrics* metrics = nullptr;
  const Clock* clock = nullptr;  // null: the system's
};

class ControllerService {
 public:
  ControllerService(ControllerServiceOptions options, ControllerServiceParts parts);
  // stop()s.
  ~ControllerService();
  ControllerService(const ControllerService&) = delete;
  ControllerService& operator=(const ControllerService&) = delete;

  // kIoError when the address cannot be listened on.
  Status start();
  // Where it listens; 0 before start().
  [[nodiscard]] std::uint16_t port() const;

  // Decides and appends for its leadership just now.
  [[nodiscard]] bool is_active() const;

  // Takes no new call, lets running ones end for a moment, then cancels them. Idempotent.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::controller
