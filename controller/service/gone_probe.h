// GoneProbe: finds out at once that a broker's process has ended, instead of after its session.
//
// A broken session stream is only a hint: the network may have broken it. But when the broker's own
// advertised listener *refuses* a connection at the same time, no process listens there: the broker
// is gone, and its partitions can be led by others now. Everything else (accepted, no answer, no
// route) proves nothing, and the session timer decides as always.
//
// Why that is safe: fencing is safe at any time. It moves leaderships to members of the ISR under a
// new leader epoch; a broker that was fenced by mistake (its listener was closed for a moment) is
// unfenced by its next heartbeat. Only availability is at stake, and only of that one broker. A
// broker that has opened another session in the meantime is left alone.
//
// Owner: ControllerService. Thread: watch() by any; the rest on its own.
// Source: docs/controller.md, "Brokers that are gone".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace quorate::controller {

struct ProbeTarget {
  std::int32_t broker_id = -1;
  std::uint64_t broker_epoch = 0;
  std::string host;
  std::uint16_t port = 0;
};

struct ProbeOptions {
  std::size_t targets_max = 1024;  // being watched at a time; more are left to the session timer
  std::int64_t connect_timeout_ms = 200;
};

class GoneProbe {
 public:
  // `still_absent`: whether the broker has no session just now. `gone`: it refuses connections.
  struct Hooks {
    std::function<bool(const ProbeTarget&)> still_absent;
    std::function<void(const ProbeTarget&)> gone;
  };
  GoneProbe(ProbeOptions options, Hooks hooks);
  // stop()s.
  ~GoneProbe();
  GoneProbe(const GoneProbe&) = delete;
  GoneProbe& operator=(const GoneProbe&) = delete;

  // Tries a few times within the next second.
  void watch(ProbeTarget target);
  // No hook is called after it returns. Idempotent.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a TCP connection to the address is refused. False for everything else.
[[nodiscard]] bool refuses_connections(const std::string& host,
                                       std::uint16_t port,
                                       std::int64_t timeout_ms);

}  // namespace quorate::controller
