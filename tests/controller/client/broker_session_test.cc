// A broker's session with a scripted controller.
#include "controller/client/broker_session.h"

#include <atomic>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::controller {
namespace {

// Writes down what it is told, one word group each.
class Told : public SessionListener {
 public:
  void on_registered(std::uint64_t epoch) override { add("registered " + std::to_string(epoch)); }
  void on_state(SessionState state) override { add("state " + std::string(to_string(state))); }
  void on_registration_failed(const Status& why) override { add("failed " + to_string(why)); }
  void on_refused(const Status& why) override { add("refused " + to_string(why)); }

  [[nodiscard]] std::vector<std::string> all() const {
    const MutexLock lock(mutex_);
    return all_;
  }
  [[nodiscard]] std::size_t count(const std::string& beginning) const {
    std::size_t found = 0;
    for (const std::string& each : all())
      found += each.starts_with(beginning) ? 1U : 0U;
    return found;
  }

 private:
  void add(std::string what) {
    const MutexLock lock(mutex_);
    all_.push_back(std::move(what));
  }
  mutable Mutex mutex_;
  std::vector<std::string> all_ QUORATE_GUARDED_BY(mutex_);
};

v1::RegisterBrokerRequest registration() {
  v1::RegisterBrokerRequest request;
  request.set_broker_id(7);
  return request;
}

constexpr BrokerSessionOptions kQuick{.backoff_min_ms = 1, .backoff_max_ms = 10};

TEST_CASE("a stale broker epoch makes the broker register again", "[client][session][BRK-8]") {
  std::atomic<int> registrations{0};
  std::atomic<std::uint64_t> beats_with_second{0};
  Script script;
  script.register_broker = [&](auto&, const auto& request, v1::RegisterBrokerResponse& response) {
    CHECK(request.broker_id() == 7);
    response.set_broker_epoch(++registrations == 1 ? 5 : 9);
    response.set_heartbeat_interval_ms(5);
    return grpc::Status::OK;
  };
  std::atomic<int> beats_with_first{0};
  script.beat = [&](const v1::BrokerHeartbeat& beat, v1::BrokerHeartbeatResponse& response) {
    if (beat.broker_epoch() == 9) ++beats_with_second;
    const bool stale = beat.broker_epoch() == 5 && ++beats_with_first > 3;
    response.set_error(stale ? v1::STALE_BROKER_EPOCH : v1::NONE);
    response.set_fenced(beat.broker_epoch() == 5 && beats_with_first < 2);
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return beats_with_second > 2 && session->broker_epoch() == 9; }));
  CHECK(eventually([&] { return session->state() == SessionState::kActive; }));
  session->stop();
  CHECK(registrations == 2);
  CHECK(told.all() == std::vector<std::string>{"registered 5",
                                               "state fenced",
                                               "state active",
                                               "state registering",
                                               "registered 9",
                                               "state fenced",
                                               "state active"});
}

TEST_CASE("a stream that breaks is opened again without another registration",
          "[client][session]") {
  std::atomic<int> registrations{0};
  std::atomic<int> beats{0};
  Script script;
  script.register_broker = [&](auto&, const auto&, v1::RegisterBrokerResponse& response) {
    ++registrations;
    response.set_broker_epoch(5);
    response.set_heartbeat_interval_ms(5);
    return grpc::Status::OK;
  };
  script.beat = [&](const auto&, auto&) {
    const bool breaks = ++beats % 3 == 0;
    return breaks ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone") : grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return beats > 4; }));
  session->stop();
  CHECK(registrations == 1);
}

TEST_CASE("a session whose controller gives up goes on with the next one at once",
          "[client][session]") {
  std::atomic<int> beats{0};
  std::atomic<bool> goes_on_elsewhere{false};
  Script first;
  first.register_broker = [](auto&, const auto&, v1::RegisterBrokerResponse& response) {
    response.set_broker_epoch(5);
    response.set_heartbeat_interval_ms(5);
    return grpc::Status::OK;
  };
  Script second = first;
  first.beat = [&](const auto&, auto&) {
    const bool gives_up = ++beats == 3;
    return gives_up ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "not the leader any more")
                    : grpc::Status::OK;
  };
  second.beat = [&](const auto&, auto&) {
    goes_on_elsewhere = true;
    return grpc::Status::OK;
  };
  const FakeController leader(std::move(first));
  const FakeController follower(std::move(second));
  const auto client = quick_client({leader.address(), follower.address()});
  Told told;
  // Any pause, and any waiting for an answer that cannot come, would be longer than the test.
  constexpr BrokerSessionOptions kPatient{
      .backoff_min_ms = 60'000, .backoff_max_ms = 60'000, .answer_max_ms = 60'000};
  const auto session = BrokerSession::start(*client, registration(), told, kPatient);
  CHECK(eventually([&] { return goes_on_elsewhere.load(); }));
  session->stop();
  CHECK(beats == 3);
}

TEST_CASE("each distinct reason of a failed registration is told once", "[client][session]") {
  std::atomic<int> asked{0};
  std::atomic<bool> works{false};
  Script script;
  script.register_broker = [&](auto&, const auto&, v1::RegisterBrokerResponse& response) {
    ++asked;
    response.set_error(works ? v1::NONE : v1::DUPLICATE_BROKER_REGISTRATION);
    response.set_error_message(works ? "" : "broker 7 is there");
    response.set_heartbeat_interval_ms(5);
    return grpc::Status::OK;
  };
  std::atomic<bool> stale{false};
  script.beat = [&](const auto&, v1::BrokerHeartbeatResponse& response) {
    if (stale) response.set_error(v1::STALE_BROKER_EPOCH);
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return asked > 5; }));
  REQUIRE(told.all().size() == 1);
  CHECK(told.all()[0].find("DUPLICATE_BROKER_REGISTRATION: broker 7 is there") !=
        std::string::npos);
  works = true;
  CHECK(eventually([&] { return told.count("registered") == 1; }));
  // After a registration that succeeded the same reason is news again.
  works = false;
  stale = true;
  CHECK(eventually([&] { return told.count("failed") == 2; }));
  const int before = asked;
  CHECK(eventually([&] { return asked > before + 5; }));
  session->stop();
  CHECK(told.count("failed") == 2);
}

TEST_CASE("a broker without a controller says so", "[client][session]") {
  const QuietPort first;
  const QuietPort second;
  const auto client = quick_client({first.address(), second.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return told.count("failed unavailable: ") >= 1; }));
  session->stop();
  CHECK(told.all().size() <= 2);  // one for each controller
}

TEST_CASE("no more than the limit of reasons is told", "[client][session]") {
  std::atomic<int> asked{0};
  Script script;
  script.register_broker = [&](auto&, const auto&, v1::RegisterBrokerResponse& response) {
    response.set_error(v1::DUPLICATE_BROKER_REGISTRATION);
    response.set_error_message(std::to_string(++asked));
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return asked > 30; }));
  session->stop();
  CHECK(told.all().size() == SessionListener::kReasonsToldMax);
}

TEST_CASE("a registration refused for good ends the session", "[client][session]") {
  std::atomic<int> asked{0};
  Script script;
  script.register_broker = [&](auto&, const auto&, v1::RegisterBrokerResponse& response) {
    ++asked;
    response.set_error(v1::INCONSISTENT_CLUSTER_ID);
    response.set_error_message("another cluster");
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  const auto client = quick_client({controller.address()});
  Told told;
  const auto session = BrokerSession::start(*client, registration(), told, kQuick);
  CHECK(eventually([&] { return told.count("refused") == 1; }));
  session->stop();
  CHECK(asked == 1);
  CHECK(told.count("failed") == 0);
}

}  // namespace
}  // namespace quorate::controller
