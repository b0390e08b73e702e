// Servers whose disks fail or hang, that lose their leadership, or that are stopped at any moment.
#include <atomic>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

TEST_CASE("a server whose disk fails stops and acknowledges nothing more", "[server][P13]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t leader = cluster.leader();
  Server& server = cluster.server(leader);
  cluster.isolate(leader);  // nobody else can commit it
  cluster.disk(leader).fail_persist(1);
  Answers answers;
  REQUIRE(server.propose(SharedBytes("x"), {}, answers.proposal("x")).is_ok());
  REQUIRE(eventually([&] { return server.status().fatal.has_value(); }));
  CHECK(server.status().fatal->code() == Code::kIoError);
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("x")->status.code() == Code::kUnknownOutcome);
  CHECK(eventually([&] { return cluster.fatal_calls(leader) == 1; }));
  REQUIRE(eventually([&] {
    return server.propose(SharedBytes("y"), {}, answers.proposal("y")).code() == Code::kShutdown;
  }));
  const std::uint64_t persists = cluster.disk(leader).persists();
  cluster.leader(/*without=*/leader);
  CHECK(cluster.disk(leader).persists() == persists);
  server.stop();
  CHECK(cluster.fatal_calls(leader) == 1);
}

TEST_CASE("a follower whose disk fails leaves the group able to commit", "[server][P13]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t follower = (cluster.leader() + 1) % Cluster::kSize;
  cluster.disk(follower).fail_persist(1);
  cluster.commit("second");
  REQUIRE(eventually([&] { return cluster.server(follower).status().fatal.has_value(); }));
  cluster.stop(follower);
  cluster.commit("third");
  cluster.start(follower);
  CHECK(cluster.converge(3));
}

TEST_CASE("a leader whose disk hangs loses the leadership in bounded time", "[server][P105]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t hung = cluster.leader();
  cluster.disk(hung).hang();
  Answers answers;
  REQUIRE(cluster.server(hung).propose(SharedBytes("x"), {}, answers.proposal("x")).is_ok());
  const std::size_t next = cluster.leader(/*without=*/hung);
  CHECK(next != hung);
  CHECK(eventually([&] { return cluster.server(hung).status().storage == StorageHealth::kHung; }));
  CHECK(eventually([&] { return cluster.server(hung).status().core.role != Role::kLeader; }));
  cluster.commit("second");
  cluster.disk(hung).release();
  CHECK(eventually([&] { return answers.total() == 1; }));
  CHECK(eventually(
      [&] { return cluster.machine(hung).commands() == cluster.machine(next).commands(); }));
}

TEST_CASE("a state machine that fails stops its server alone", "[server]") {
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t bad = (cluster.leader() + 1) % Cluster::kSize;
  cluster.machine(bad).throw_at("poison");
  cluster.commit("poison");
  REQUIRE(eventually([&] { return cluster.server(bad).status().fatal.has_value(); }));
  cluster.stop(bad);
  cluster.commit("third");
  CHECK(cluster.converge(3));
}

// Proposes at each server in turn until told to end, as fast as answers leave room.
class Proposer {
 public:
  Proposer(Cluster& cluster, Answers& answers, std::string name)
      : thread_([this, &cluster, &answers, name = std::move(name)] {
          while (!ended_) {
            const std::string command = name + "-" + std::to_string(tried_++);
            Server& server = cluster.server(tried_ % Cluster::kSize);
            if (server.propose(SharedBytes(command), {}, answers.proposal(command)).is_ok()) {
              ++queued_;
            }
            std::this_thread::sleep_for(std::chrono::microseconds{20});
          }
        }) {}
  ~Proposer() { end(); }
  Proposer(const Proposer&) = delete;
  Proposer& operator=(const Proposer&) = delete;

  // How many proposals were queued.
  std::size_t end() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
    return queued_;
  }

 private:
  std::atomic<bool> ended_{false};
  std::size_t tried_ = 0;
  std::size_t queued_ = 0;
  std::thread thread_;
};

TEST_CASE("each proposal is answered once through leader changes and stops",
          "[server][P64][P113]") {
  ServerOptions options = Cluster::fast();
  options.requests_pending_max = 500;
  Cluster cluster(options);
  cluster.start_all();
  cluster.commit("first");
  Answers answers;
  Proposer a(cluster, answers, "a");
  Proposer b(cluster, answers, "b");
  for (int change = 0; change < 3; ++change) {
    const std::size_t leader = cluster.leader();
    cluster.isolate(leader);
    cluster.leader(/*without=*/leader);
    cluster.rejoin(leader);
  }
  REQUIRE(eventually([&] { return !answers.accepted().empty(); }));
  const std::size_t last = cluster.leader();
  cluster.server(last).stop();  // while proposals go on
  cluster.leader(/*without=*/last);
  const std::size_t queued = a.end() + b.end();
  for (std::size_t at = 0; at < Cluster::kSize; ++at)
    cluster.server(at).stop();
  CHECK(answers.total() == queued);
  std::set<std::string> applied;
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    for (const std::string& command : cluster.machine(at).commands())
      applied.insert(command);
  }
  for (const std::string& name : answers.accepted()) {
    REQUIRE(answers.times(name) == 1);
    REQUIRE(applied.contains(name));
  }
  for (const std::string& name : applied) {
    if (name == "first") continue;
    REQUIRE_FALSE(answers.of(name)->status.is_rejected());
  }
}

TEST_CASE("a server can be stopped at any moment", "[server][P113]") {
  for (int round = 0; round < 20; ++round) {
    Cluster cluster;
    cluster.start_all();
    if (round % 2 == 0) cluster.leader();
    Answers answers;
    std::size_t queued = 0;
    for (std::size_t at = 0; at < Cluster::kSize; ++at) {
      for (int i = 0; i < 10 * round; ++i) {
        const std::string name = std::to_string(at) + "-" + std::to_string(i);
        if (cluster.server(at).propose(SharedBytes(name), {}, answers.proposal(name)).is_ok()) {
          ++queued;
        }
        if (cluster.server(at).read(answers.read("read " + name)).is_ok()) ++queued;
      }
      cluster.server(at).stop();
      CHECK(cluster.server(at).propose(SharedBytes("late"), {}, answers.proposal("late")).code() ==
            Code::kShutdown);
    }
    CHECK(answers.total() == queued);
    CHECK(answers.times("late") == 0);
  }
}

}  // namespace
}  // namespace quorate::raft
