#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "tests/process/controllers.h"
#include "tests/process/fake_broker.h"

namespace quorate::testing {
namespace {

namespace v1 = controller::v1;
using Clock = std::chrono::steady_clock;

TEST_CASE("three controllers go on after the active one is killed", "[process][controller][C26]") {
  Controllers controllers;
  controllers.start_all();
  std::vector<std::unique_ptr<FakeBroker>> brokers;
  for (int id = 101; id <= 103; ++id)
    brokers.push_back(std::make_unique<FakeBroker>(controllers, id));
  const auto all_active = [&] {
    return std::ranges::all_of(brokers, [](const auto& broker) { return broker->is_active(); });
  };
  REQUIRE(eventually(all_active));
  const auto admin = controllers.client("admin.quorate");
  for (int at = 0; at < 5; ++at)
    CHECK(create(*admin, "before-" + std::to_string(at)) == v1::NONE);

  const int killed = controllers.leader();
  controllers.process(killed).kill();
  for (int at = 0; at < 5; ++at)
    CHECK(create(*admin, "after-" + std::to_string(at)) == v1::NONE);
  CHECK(create(*admin, "before-0") == v1::TOPIC_ALREADY_EXISTS);
  const auto topics = admin->list_topics({}, {});
  REQUIRE(topics.is_ok());
  CHECK(topics->topics_size() == 10);
  CHECK(eventually(all_active));
  const std::uint64_t end = topics->meta().commit_offset();
  CHECK(eventually([&] {
    return std::ranges::all_of(brokers, [&](const auto& one) { return one->offset() >= end; });
  }));
  for (const auto& broker : brokers)
    CHECK(broker->was_contiguous());

  // A broker whose process is gone is fenced long before its session of 3 s ends (BRK-14).
  const auto died = Clock::now();
  brokers.back()->die();
  CHECK(eventually([&] {
    const auto cluster = admin->describe_cluster({}, {});
    return cluster.is_ok() && std::ranges::any_of(cluster->brokers(), [](const auto& broker) {
             return broker.broker_id() == 103 && broker.fenced();
           });
  }));
  CHECK(Clock::now() - died < std::chrono::milliseconds(2500));
  brokers.back() = std::make_unique<FakeBroker>(controllers, 103);
  REQUIRE(eventually(all_active));

  controllers.start(killed);
  REQUIRE(eventually([&] { return controllers.process(killed).is_alive(); }));
  CHECK(controllers.process(controllers.leader()).terminate() == 0);
  CHECK(create(*admin, "last") == v1::NONE);
}

TEST_CASE("what cannot start says why in one line and changes no file",
          "[process][controller][G01][G02][G03][G05][G11][G12][G14]") {
  Controllers controllers;
  controllers.start(1);
  const std::string config = controllers.config(1);
  const std::string second = controllers.config(2);
  std::filesystem::create_directories(controllers.dir() + "/wiped");
  std::filesystem::permissions(controllers.dir() + "/wiped", std::filesystem::perms::owner_all);
  struct Case {
    std::vector<std::string> arguments;
    int code;
    std::string says;
  };
  const std::vector<Case> cases = {
      {{"--bogus"}, 2, "--bogus"},
      {{"--config", config, "--set", "nod.id=1"}, 3, "did you mean node.id?"},
      {{"--config", config, "--set", "node.id=x"}, 3, "'x' is not an integer"},
      {{"--config", config, "--set", "controller.quorum.heartbeat.ms=900"}, 3, "five times"},
      {{"--config", config, "--set", "controller.quorum.voters=1@h:1,2@h:2"}, 3, "odd number"},
      {{"--config", config, "--set", "controller.quorum.voters=2@h:1"},
       3,
       "does not name this node"},
      {{"--config", config, "--set", "controller.quorum.voters=1@h:1,1@h:2,2@h:3"}, 3, "twice"},
      {{"--config", config, "--set", "listeners=PLAINTEXT://127.0.0.1:1"}, 3, "none of RAFT"},
      {{"--config", second, "--set", "ssl.key.path=" + controllers.dir() + "/controller-3.key"},
       3,
       "is not the key of certificate"},
      {{"--config", second, "--set", "ssl.certificate.path=/nonexistent"}, 3, "No such file"},
      {{"--config", second, "--set", "log.dirs=" + controllers.dir() + "/d3"}, 1, "node 3"},
      {{"--config", second, "--set", "log.dirs=" + controllers.dir() + "/wiped"}, 1, "wiped"},
      {{"--config", second, "--set", "cluster.id=AAAAAAAAAAAAAAAAAAAAZg"}, 1, "cluster"},
  };
  for (const Case& each : cases) {
    const Ended ended = controllers.run(each.arguments);
    INFO(each.says << " / " << ended.errors);
    CHECK(ended.code == each.code);
    CHECK(ended.errors.find(each.says) != std::string::npos);
    CHECK(std::ranges::count(ended.errors, '\n') <= (each.code == 2 ? 2 : 1));
  }
  CHECK(std::filesystem::is_empty(controllers.dir() + "/wiped"));
  REQUIRE(eventually([&] { return std::filesystem::exists(controllers.dir() + "/d1/LOCK"); }));
  CHECK(eventually([&] {
    const Ended twice = controllers.run({"--config", config});
    return twice.code == 1 && twice.errors.find("in use") != std::string::npos;
  }));
  CHECK(controllers.process(1).is_alive());
}

// Sends `bytes` without TLS and waits until the other side has closed.
void throw_bytes_at(std::uint16_t port, const std::string& bytes) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = 3, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::array<char, 4096> sink{};
  while (::recv(socket, sink.data(), sink.size(), 0) > 0) {
  }
  ::close(socket);
}

TEST_CASE("random bytes and strangers change nothing on any port",
          "[process][controller][X01][X05][X06]") {
  Controllers controllers;
  controllers.start_all();
  std::string noise;
  for (std::uint32_t at = 0; at < 100'000; ++at)
    noise += static_cast<char>(at * 2654435761U >> 24U);
  for (const std::uint16_t port : controllers.ports(1)) {
    throw_bytes_at(port, noise);
    throw_bytes_at(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xFF\xFF\xFF\x00" + noise);
  }
  const auto stranger = controllers.client("stranger.quorate");
  const auto refused = stranger->list_topics({}, {});
  CHECK(refused.status().code() == Code::kPermissionDenied);
  v1::RegisterBrokerRequest other;
  other.set_broker_id(8);
  const auto seven = controllers.client("broker-7.quorate");
  CHECK(seven->register_broker(other, {}).status().code() == Code::kPermissionDenied);
  const auto admin = controllers.client("admin.quorate");
  const auto cluster = admin->describe_cluster({}, {});
  REQUIRE(cluster.is_ok());
  CHECK(cluster->brokers_size() == 0);
  CHECK(cluster->meta().commit_offset() == 0);
  for (int id = 1; id <= Controllers::kCount; ++id)
    CHECK(controllers.process(id).is_alive());
}

}  // namespace
}  // namespace quorate::testing
