// The Kafka listener: accepts clients and carries requests to a RequestService and responses back.
//
//   accept ─▶ connection: [ read frame ─▶ check header ─▶ service ─▶ write response ]* ─▶ closed
//
// One coroutine per connection on its own strand; request_service.h tells the order of answers.
// Plaintext: TLS and SASL are not there yet, so the default address is loopback.
//
// Answers to bad input: a length outside the limits, a header or body that does not decode, an
// unknown API or version close the connection, are counted, and are reported once per client
// address. ApiVersions alone is answered in a version that we do not know (design of KIP-511).
//
// Owner: the broker's composition root. Thread: any, but start() and stop() are called once, by the
// owner. The io_context is the owner's and must run until stop() has returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker-stub/net/net_counters.h"
#include "broker-stub/net/net_event.h"
#include "broker-stub/net/request_service.h"
#include "raft/base/clock.h"
#include "raft/base/status.h"

namespace asio {
class io_context;
}

namespace quorate::broker {

struct ListenerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 9092;  // 0: any free port; see Listener::port()
  // One request; Kafka's socket.request.max.bytes and its default.
  std::size_t request_bytes_max = std::size_t{100} << 20U;
  // All requests in memory; connections wait when it is used up. At least request_bytes_max.
  std::size_t buffered_bytes_max = std::size_t{256} << 20U;
  // Further connections are closed at once.
  std::size_t connections_max = 4096;
  // Without a request for so long a connection is closed; Kafka's connections.max.idle.ms.
  std::int64_t idle_timeout_ms = 600'000;
  // A frame that has begun must be complete after this, plus a second for each MiB of it.
  std::int64_t frame_timeout_ms = 30'000;
  // A client must take some bytes of its response within this.
  std::int64_t write_timeout_ms = 30'000;
  // How long stop() lets requests in progress finish before it cancels them.
  std::int64_t stop_grace_ms = 2'000;
};

class Listener {
 public:
  // All references must outlive the listener. `on_event` may be empty.
  Listener(asio::io_context& io,
           const Clock& clock,
           RequestService& service,
           ListenerOptions options,
           OnNetEvent on_event);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Binds, listens and begins to accept. kInvalidArgument for options that contradict each other
  // or an address that is none; kIoError when the port cannot be had.
  [[nodiscard]] Status start();
  // The port listened on, once started.
  [[nodiscard]] std::uint16_t port() const;

  // Accepts no more, closes idle connections at once and the others after their response, and
  // returns when none is left. Blocks: never call it on a thread of the io_context.
  void stop();

  [[nodiscard]] const NetCounters& counters() const;
  // Bytes of requests in memory; at most buffered_bytes_max.
  [[nodiscard]] std::size_t buffered_bytes() const;
  // Who is connected, in order of arrival.
  [[nodiscard]] std::vector<Client> clients() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace quorate::broker
