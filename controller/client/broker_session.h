// BrokerSession: a broker's life as the controller sees it: register, heartbeat, be unfenced,
// leave.
//
//   kRegistering --registered--> kFenced <--> kActive --request_shutdown()--> kLeaving --> kLeft
//         ^                         |            |                              |
//         +------- STALE_BROKER_EPOCH -----------+------------------------------+
//
// One Session stream to the active controller carries the heartbeats; it is reopened when it breaks
// and moved when the leadership moves. A change that the controller waits for (the metadata offset
// that allows unfencing, a wanted shutdown) is sent at once instead of at the next interval, and a
// session that leaves asks many times a second whether it may.
//
// Owner: the embedder. Thread: the listener is called on the session's own thread, one at a time;
// the other functions by any thread.
// Source: docs/controller.md, "Broker sessions"; rules BRK-1..BRK-14.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "raft/base/status.h"

namespace quorate::controller {

namespace v1 {
class RegisterBrokerRequest;
}

class ControllerClient;

enum class SessionState : std::uint8_t { kRegistering, kFenced, kActive, kLeaving, kLeft };

[[nodiscard]] std::string_view to_string(SessionState state);  // "registering", ...

class SessionListener {
 public:
  virtual ~SessionListener() = default;
  // The broker epoch is now `epoch`: after the first registration and after each later one.
  virtual void on_registered(std::uint64_t epoch) = 0;
  virtual void on_state(SessionState state) = 0;
  // A registration did not succeed and is tried again. Each distinct reason is told once until a
  // registration succeeds, and at most kReasonsToldMax of them.
  static constexpr std::size_t kReasonsToldMax = 16;
  virtual void on_registration_failed(const Status& why) = 0;
  // The registration was refused for a reason that waiting does not mend (other cluster, invalid
  // endpoints, ...). The session has ended. DUPLICATE_BROKER_REGISTRATION is not one: it is retried
  // until the older session is over.
  virtual void on_refused(const Status& why) = 0;
};

struct BrokerSessionOptions {
  std::int64_t backoff_min_ms = 50;
  std::int64_t backoff_max_ms = 500;
  std::int64_t answer_max_ms = 1500;  // a heartbeat without an answer for so long: reconnect
};

class BrokerSession {
 public:
  // `registration` is sent as it is at each registration (request ids are drawn); it carries broker
  // id, cluster id, incarnation, endpoints, rack, log dirs and the previous epoch if there was a
  // clean stop. `client` and `listener` must outlive the session.
  static std::unique_ptr<BrokerSession> start(ControllerClient& client,
                                              const v1::RegisterBrokerRequest& registration,
                                              SessionListener& listener,
                                              BrokerSessionOptions options);
  // stop()s.
  ~BrokerSession();
  BrokerSession(const BrokerSession&) = delete;
  BrokerSession& operator=(const BrokerSession&) = delete;

  // Everything before `offset` is applied here. While fenced, it is told to the controller at once.
  void set_metadata_offset(std::uint64_t offset);
  // Asks for a hand-over of what this broker leads; kLeft tells that the process may end.
  void request_shutdown();

  [[nodiscard]] SessionState state() const;
  // 0 before the first registration.
  [[nodiscard]] std::uint64_t broker_epoch() const;
  // The listener is not called after it returns. Not from the listener. Idempotent.
  void stop();

 private:
  class Impl;
  explicit BrokerSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::controller
