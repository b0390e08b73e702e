// HttpServer: /metrics, /livez and /readyz of one process, for machines that look after it.
//
//   /metrics   Prometheus text
//   /livez     200 while the process answers at all; never depends on a quorum
//   /readyz    200 "ok", or 503 with one reason per line; ?verbose lists the checks that pass too
//
// Plaintext, read-only, on a port of its own that binds to loopback unless told otherwise. A bad
// request costs its connection and nothing else: bytes, time and connections have bounds, and only
// GET and HEAD are answered.
//
// Owner: main. Thread: callbacks run on its own threads, at most threads_max at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/status.h"

namespace quorate {

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::size_t threads_max = 4;
  std::size_t waiting_max = 64;       // connections that wait for a thread; more wait in the kernel
  std::int64_t io_timeout_ms = 2000;  // for a request to be there, and for its answer to be taken
  std::size_t request_bytes_max = 16U << 10U;  // a longer one is refused with 431, or 400
};

// One thing that must be so before this process can serve.
struct ReadyCheck {
  std::string name;    // lower snake case, e.g. "knows_leader"
  std::string reason;  // why it fails; empty: it passes
};

struct HttpRoutes {
  std::function<std::string()> metrics;
  std::function<std::vector<ReadyCheck>()> ready;
};

class HttpServer {
 public:
  // Binds and serves. kIoError when the address cannot be bound.
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, HttpRoutes routes);
  // stop()s.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Where it listens.
  [[nodiscard]] std::uint16_t port() const;
  // No callback runs after it returns. Idempotent.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
