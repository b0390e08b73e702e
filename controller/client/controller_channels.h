// ControllerChannels: one gRPC channel per controller, and what is believed about who leads.
//
// A call goes to the believed leader; without one, to the controllers in turn. A refusal with a
// leader hint moves the belief, a failed call forgets it. Nothing here decides what may be retried:
// that is attempts.h.
//
// Owner: ControllerClient. Thread: any (locks inside).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "controller/client/controller_client.h"
#include "raft/base/mutex.h"

namespace quorate::controller {

// How long connecting to one controller may take before the next is tried.
inline constexpr auto kConnectPatience = std::chrono::milliseconds(500);

using SteadyTime = std::chrono::steady_clock::time_point;

struct Target {
  std::size_t at = 0;  // position in ClientOptions::controllers
  std::string address;
  std::shared_ptr<grpc::Channel> channel;
};

class ControllerChannels {
 public:
  explicit ControllerChannels(ClientOptions options);

  [[nodiscard]] const ClientOptions& options() const { return options_; }

  // The believed leader, else the next controller in turn.
  [[nodiscard]] Target active();
  // The next controller in turn, whoever leads.
  [[nodiscard]] Target any();
  // Null channel when `address` is not one of the controllers.
  [[nodiscard]] Target at(std::string_view address);

  // `hint` is what a controller that does not lead answers: "<id> <host:port>".
  void on_leader_hint(std::string_view hint);
  void on_answered_as_leader(const Target& target);
  // The call did not get through: it is not believed to lead any more.
  void on_failed(const Target& target);

  // Waits until a connection stands, is refused (false) or `deadline` (false).
  [[nodiscard]] bool connect(const Target& target, SteadyTime deadline);

  // Between these two the call can be cancelled by shutdown(). False: shut down already.
  [[nodiscard]] bool begin(grpc::ClientContext& context);
  void end(grpc::ClientContext& context);
  void shutdown();
  [[nodiscard]] bool is_shut_down() const;
  // Sleeps for `pause`, or less when shut down. Returns whether not shut down.
  bool sleep(std::chrono::milliseconds pause);

 private:
  [[nodiscard]] Target target(std::size_t at);

  const ClientOptions options_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  mutable Mutex mutex_;
  CondVar stopped_;
  std::size_t next_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::size_t leader_ QUORATE_GUARDED_BY(mutex_);  // channels_.size(): unknown
  bool shut_down_ QUORATE_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> running_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::controller
