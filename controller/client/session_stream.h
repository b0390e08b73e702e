// SessionStream: one Session call to one controller, driven by one thread without blocking it for
// longer than a glance.
//
// At most one heartbeat is unanswered at a time.
// Owner: BrokerSession. Thread: that one's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <grpcpp/completion_queue.h>

#include "quorate/controller/v1/broker_lifecycle.grpc.pb.h"

#include "controller/client/controller_channels.h"

namespace quorate::controller {

class SessionStream {
 public:
  SessionStream(ControllerChannels& channels, const Target& target);
  // Cancels the call if it has not ended.
  ~SessionStream();
  SessionStream(const SessionStream&) = delete;
  SessionStream& operator=(const SessionStream&) = delete;

  [[nodiscard]] bool is_open() const { return open_; }
  // Whether a heartbeat is on its way, or waits for its answer.
  [[nodiscard]] bool is_waiting() const { return writing_ || unanswered_; }

  // Requires is_open() and not is_waiting().
  void send(const v1::BrokerHeartbeat& heartbeat);

  // The next answer, if it comes within `patience`.
  [[nodiscard]] std::optional<v1::BrokerHeartbeatResponse> poll(std::chrono::milliseconds patience);

 private:
  enum Step : std::uintptr_t { kStart = 1, kRead, kWrite, kFinish };
  static void* tag(Step step) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(step)); }
  void read();
  void drain(Step last);

  ControllerChannels& channels_;
  const Target target_;
  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::BrokerHeartbeat, v1::BrokerHeartbeatResponse>>
      call_;
  v1::BrokerHeartbeatResponse incoming_;
  bool open_;
  bool reading_ = false;
  bool writing_ = false;     // may end after the answer has come
  bool unanswered_ = false;  // what was sent last
};

}  // namespace quorate::controller
