// Three servers with what users run: RocksDB on a real directory, gRPC with mutual TLS on loopback.
#include <array>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "raft/base/clock.h"
#include "raft/server/server.h"
#include "tests/raft/server/answers.h"
#include "tests/raft/server/real_nodes.h"
#include "tests/raft/server/recording_machine.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

constexpr std::size_t kSize = RealNodes::kSize;

class RealCluster {
 public:
  void start(std::size_t at) {
    machines_[at] = std::make_unique<RecordingMachine>();
    ServerOptions options;
    options.core.cluster = RealNodes::kCluster;
    options.core.self = RealNodes::replica(at);
    ServerParts parts;
    parts.log_store = nodes_.open_store(at);
    parts.transport = nodes_.open_transport(at);
    parts.state_machine = machines_[at].get();
    auto server = Server::start(options, std::move(parts));
    INFO(server.status());
    REQUIRE(server.is_ok());
    servers_[at] = std::move(server).value();
    nodes_.introduce(at);
  }
  void stop(std::size_t at) {
    nodes_.leave(at);
    servers_[at].reset();
  }

  [[nodiscard]] const RecordingMachine& machine(std::size_t at) const { return *machines_[at]; }

  std::size_t leader() {
    std::size_t found = kSize;
    REQUIRE(eventually([&] {
      for (found = 0; found < kSize; ++found) {
        if (servers_[found] && servers_[found]->status().core.role == Role::kLeader) return true;
      }
      return false;
    }));
    return found;
  }

  void commit(const std::string& command) {
    REQUIRE(eventually([&] {
      Answers answers;
      const Status queued =
          servers_[leader()]->propose(SharedBytes(command), {}, answers.proposal(command));
      return queued.is_ok() && eventually([&] { return answers.total() == 1; }) &&
             answers.of(command)->status.is_ok();
    }));
  }

 private:
  RealNodes nodes_;
  std::array<std::unique_ptr<RecordingMachine>, kSize> machines_;
  std::array<std::unique_ptr<Server>, kSize> servers_;
};

TEST_CASE("servers on RocksDB and mutual TLS commit and survive stops", "[server][net][P63]") {
  RealCluster cluster;
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.start(at);
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("c" + std::to_string(i));
    cluster.commit(expected.back());
  }
  const std::size_t stopped = cluster.leader();
  cluster.stop(stopped);
  expected.emplace_back("after the leader stopped");
  cluster.commit(expected.back());
  cluster.start(stopped);
  for (std::size_t at = 0; at < kSize; ++at) {
    INFO("server " << at);
    CHECK(eventually([&] { return cluster.machine(at).commands() == expected; }));
  }
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.stop(at);
  for (std::size_t at = 0; at < kSize; ++at)
    cluster.start(at);
  expected.emplace_back("after all were restarted");
  cluster.commit(expected.back());
  for (std::size_t at = 0; at < kSize; ++at)
    CHECK(eventually([&] { return cluster.machine(at).commands() == expected; }));
}

}  // namespace
}  // namespace quorate::raft
