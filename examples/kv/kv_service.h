// KvService: the gRPC face of KvRequests, with mutual TLS.
//
// Owner: main. Thread: start() and stop() by main; calls come on gRPC's threads and end on the
// server's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "examples/kv/kv_requests.h"
#include "raft/base/status.h"
#include "raft/transport/tls.h"

namespace quorate::kv {

struct KvServiceOptions {
  std::string listen = "127.0.0.1:0";  // "host:port"; port 0 lets the system choose
  raft::TlsOptions tls;                // clients need a certificate of the same authority
};

class KvService {
 public:
  // kUnavailable when the address cannot be listened on. `requests` must outlive the service.
  static Result<std::unique_ptr<KvService>> start(const KvServiceOptions& options,
                                                  KvRequests& requests);
  // stop()s.
  ~KvService();
  KvService(const KvService&) = delete;
  KvService& operator=(const KvService&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // Ends what is open; to be called after the raft server has answered everything. Idempotent.
  void stop();

 private:
  class Impl;
  explicit KvService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::kv
