#include "bench/controller_bench_broker.h"

#include <iostream>
#include <utility>

#include "quorate/controller/v1/broker_lifecycle.pb.h"

#include "raft/storage/identity.h"

namespace quorate::bench {
namespace {

namespace v1 = controller::v1;

void set(v1::Uuid& uuid, const raft::Uuid& value) {
  uuid.set_high(value.high);
  uuid.set_low(value.low);
}

v1::RegisterBrokerRequest registration(const raft::Uuid& cluster,
                                       std::int32_t id,
                                       std::uint16_t port) {
  v1::RegisterBrokerRequest request;
  set(*request.mutable_cluster_id(), cluster);
  request.set_broker_id(id);
  set(*request.mutable_incarnation(), raft::draw_uuid());
  set(*request.add_log_dirs(), raft::draw_uuid());
  v1::Endpoint& endpoint = *request.add_endpoints();
  endpoint.set_listener("PLAINTEXT");
  endpoint.set_host("127.0.0.1");
  endpoint.set_port(port);
  endpoint.set_security_protocol("PLAINTEXT");
  return request;
}

}  // namespace

SilentBroker::SilentBroker(std::unique_ptr<controller::ControllerClient> client, HeldPort port)
    : client_(std::move(client)), port_(std::move(port)) {}

SilentBroker::~SilentBroker() {
  client_->shutdown();
  if (session_) session_->stop();
}

Result<std::unique_ptr<SilentBroker>> SilentBroker::start(
    std::unique_ptr<controller::ControllerClient> client,
    const raft::Uuid& cluster,
    std::int32_t id) {
  auto port = HeldPort::draw();
  QUORATE_TRY(port.status());
  std::unique_ptr<SilentBroker> broker(new SilentBroker(std::move(client), *std::move(port)));
  broker->session_ = controller::BrokerSession::start(
      *broker->client_, registration(cluster, id, broker->port_.port()), *broker, {});
  return broker;
}

bool SilentBroker::is_active() {
  // A registration stands at the offset that is its epoch.
  session_->set_metadata_offset(session_->broker_epoch() + 1);
  return session_->state() == controller::SessionState::kActive;
}

void SilentBroker::on_registration_failed(const Status& why) {
  std::cerr << "a broker is not registered yet: " << why << '\n';
}

void SilentBroker::on_refused(const Status& why) {
  std::cerr << "a broker is refused: " << why << '\n';
}

}  // namespace quorate::bench
