// A broker as the controllers see one, and nothing behind it: a registration, a session, and a port
// that accepts connections (without it the broker would be taken for gone).
//
// It follows no metadata; it says that it has seen its own registration, which unfences it.
//
// Owner: one round. Thread: that one's.
#pragma once

#include <cstdint>
#include <memory>

#include "cli/held_port.h"
#include "controller/client/broker_session.h"
#include "controller/client/controller_client.h"
#include "raft/core/types.h"

namespace quorate::bench {

class SilentBroker final : public controller::SessionListener {
 public:
  static Result<std::unique_ptr<SilentBroker>> start(
      std::unique_ptr<controller::ControllerClient> client,
      const raft::Uuid& cluster,
      std::int32_t id);
  ~SilentBroker() override;
  SilentBroker(const SilentBroker&) = delete;
  SilentBroker& operator=(const SilentBroker&) = delete;

  // Whether it is unfenced; ask again until it is.
  [[nodiscard]] bool is_active();

  void on_registered(std::uint64_t /*epoch*/) override {}
  void on_state(controller::SessionState /*state*/) override {}
  void on_registration_failed(const Status& why) override;
  void on_refused(const Status& why) override;

 private:
  SilentBroker(std::unique_ptr<controller::ControllerClient> client, HeldPort port);

  std::unique_ptr<controller::ControllerClient> client_;
  const HeldPort port_;
  std::unique_ptr<controller::BrokerSession> session_;
};

}  // namespace quorate::bench
