// FakeBroker: a broker that only registers, follows the metadata and heartbeats; and what tests of
// real controllers do with it.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/broker_lifecycle.pb.h"
#include "quorate/controller/v1/metadata_stream.pb.h"

#include "cli/held_port.h"
#include "controller/client/broker_session.h"
#include "controller/client/metadata_follower.h"
#include "tests/process/controllers.h"

namespace quorate::testing {

namespace v1 = controller::v1;
using Clock = std::chrono::steady_clock;

class FakeBroker : public controller::MetadataListener, public controller::SessionListener {
 public:
  FakeBroker(const Controllers& controllers, int id)
      : client_(controllers.client("broker-" + std::to_string(id) + ".quorate")) {
    v1::RegisterBrokerRequest registration;
    registration.mutable_cluster_id()->set_low(0x65);
    registration.set_broker_id(id);
    static std::atomic<std::uint64_t> starts{0};
    registration.mutable_incarnation()->set_low(++starts);
    registration.add_log_dirs()->set_high(static_cast<std::uint64_t>(1000 + id));
    v1::Endpoint& endpoint = *registration.add_endpoints();
    endpoint.set_listener("PLAINTEXT");
    endpoint.set_host("127.0.0.1");
    endpoint.set_port(listener_->port());
    endpoint.set_security_protocol("PLAINTEXT");
    session_ = controller::BrokerSession::start(*client_, registration, *this, {});
    follower_ = controller::MetadataFollower::start(*client_, *this, {}, nullptr);
  }
  ~FakeBroker() override {
    follower_->stop();
    session_->stop();
  }
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  Status on_snapshot(const controller::MetadataSnapshot& snapshot) override {
    ++snapshots_;
    return reached(snapshot.end_offset);
  }
  Status on_batch(const v1::RecordBatch& batch) override {
    if (batch.base_offset() != offset_.load()) contiguous_.store(false);
    return reached(batch.base_offset() + static_cast<std::uint64_t>(batch.records_size()));
  }
  void on_position(const v1::Position& /*position*/) override {}
  void on_registered(std::uint64_t /*epoch*/) override {}
  void on_state(controller::SessionState /*state*/) override {}
  void on_registration_failed(const Status& /*why*/) override {}
  void on_refused(const Status& why) override { FAIL_CHECK(to_string(why)); }

  [[nodiscard]] bool is_active() const {
    return session_->state() == controller::SessionState::kActive;
  }
  // As when the process is killed: nothing is said to the controller.
  void die() {
    listener_.reset();
    follower_->stop();
    session_->stop();
  }
  [[nodiscard]] std::uint64_t offset() const { return offset_.load(); }
  [[nodiscard]] int snapshots() const { return snapshots_.load(); }
  [[nodiscard]] bool was_contiguous() const { return contiguous_.load(); }

 private:
  Status reached(std::uint64_t offset) {
    offset_.store(offset);
    if (session_) session_->set_metadata_offset(offset);
    return Status::ok();
  }

  // Without it the broker would be taken for gone whenever its session breaks.
  std::optional<HeldPort> listener_{*HeldPort::draw()};
  std::unique_ptr<controller::ControllerClient> client_;
  std::atomic<std::uint64_t> offset_{0};
  std::atomic<bool> contiguous_{true};
  std::atomic<int> snapshots_{0};
  std::unique_ptr<controller::BrokerSession> session_;
  std::unique_ptr<controller::MetadataFollower> follower_;
};

template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = Clock::now() + std::chrono::seconds(20);
  while (!condition() && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

inline v1::ErrorCode create(controller::ControllerClient& admin, const std::string& name) {
  v1::CreateTopicsRequest request;
  v1::NewTopic& topic = *request.add_topics();
  topic.set_name(name);
  topic.set_partitions(2);
  topic.set_replication_factor(3);
  const auto answer = admin.create_topics(request, {.timeout_ms = 20'000});
  INFO(to_string(answer.status()));
  REQUIRE(answer.is_ok());
  return answer->topics(0).error();
}

}  // namespace quorate::testing
