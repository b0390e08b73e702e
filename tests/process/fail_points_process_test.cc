// Servers that die between any two steps of their work, one after the other: they come back, all
// agree, and what their clients saw is explained by one object that loses nothing.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/kv_cluster.h"

namespace quorate::testing {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr auto kDeathPatience = std::chrono::seconds(20);
constexpr auto kDeathGlance = std::chrono::milliseconds(10);

// Compacts early, so that a server that was away is sent a snapshot.
void start_compacting(KvCluster& cluster) {
  for (int node = 1; node <= KvCluster::kNodes; ++node) {
    cluster.configure(node, "snapshot-every=150\nsnapshot-trailing=10");
    cluster.start(node);
  }
  static_cast<void>(cluster.leader());
}

void await_death(const KvCluster& cluster, const Child& server, int node) {
  const auto deadline = Clock::now() + kDeathPatience;
  while (server.is_alive()) {
    INFO(text_of(cluster.path("server-" + std::to_string(node) + ".errors")));
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(kDeathGlance);
  }
}

int follower(const KvCluster& cluster) {
  return cluster.leader() % KvCluster::kNodes + 1;
}

void arm(const KvCluster& cluster, int node, const std::string& spec) {
  const ProgramEnd armed =
      cluster.run("quorate-kv-cli", {"arm-fail-points", std::to_string(node), spec});
  INFO(armed.errors);
  REQUIRE(armed.code == 0);
}

// A few clients at work for a second; what they saw is explained by one object that loses nothing.
void work(const KvCluster& cluster) {
  const std::string history = cluster.path("history");
  const ProgramEnd worked = cluster.run(
      "quorate-kv-load", {"--clients", "3", "--keys", "9", "--seconds", "1", "--history", history});
  INFO(worked.output << worked.errors);
  REQUIRE(worked.code == 0);
  CHECK(json::parse(worked.output)["committed"] > 0);
  const ProgramEnd judged = cluster.run("quorate-history", {"check", history});
  INFO(judged.output << judged.errors);
  REQUIRE(judged.code == 0);
}

// Clients work until the armed point was reached; however slow this machine is.
void work_until_death(const KvCluster& cluster, const Child& server) {
  for (int rounds = 0; server.is_alive(); ++rounds) {
    REQUIRE(rounds < 20);
    work(cluster);
  }
}

json status_of(const KvCluster& cluster) {
  return json::parse(cluster.run("quorate-kv-cli", {"-o", "json", "status"}).output)["servers"];
}

bool agree(const json& servers) {
  for (const json& server : servers) {
    for (const char* what : {"applied_index", "keys", "sessions"}) {
      if (server["reachable"] != true || server[what] != servers[0][what]) return false;
    }
  }
  return true;
}

// Whoever came back goes on, and all servers end in one state.
void check_end(const KvCluster& cluster) {
  work(cluster);
  const auto deadline = Clock::now() + kDeathPatience;
  while (!agree(status_of(cluster))) {
    INFO(status_of(cluster));
    REQUIRE(Clock::now() < deadline);
  }
}

const std::vector<std::string> kEverywhere = {
    "send.before=crash@20",
    "log.before_sync=crash@20",
    "log.after_sync=crash@20",
    "apply.before=crash@20",
    "apply.after=crash@20",
    "snapshot.before=crash",
    "snapshot.after=crash",
    "log.before_compact=crash",
    "log.after_compact=crash",
};

TEST_CASE("a leader that dies between any two steps comes back and nothing is lost",
          "[process][kv][fail_point][P12][P17][R42]") {
  KvCluster cluster;
  start_compacting(cluster);
  for (const std::string& spec : kEverywhere) {
    INFO(spec);
    const int victim = cluster.leader();
    arm(cluster, victim, spec);
    work_until_death(cluster, cluster.server(victim));
    cluster.start(victim);
  }
  check_end(cluster);
}

TEST_CASE("a follower that dies between any two steps comes back and nothing is lost",
          "[process][kv][fail_point][P12][P17][R42]") {
  KvCluster cluster;
  start_compacting(cluster);
  for (const std::string& spec : kEverywhere) {
    INFO(spec);
    const int victim = follower(cluster);
    arm(cluster, victim, spec);
    work_until_death(cluster, cluster.server(victim));
    cluster.start(victim);
  }
  check_end(cluster);
}

// The others write so much that the log they keep begins behind what the missing one has.
void compact_without(const KvCluster& cluster) {
  const auto applied = [&] {
    std::uint64_t most = 0;
    for (const json& server : status_of(cluster)) {
      if (server["reachable"] == true)
        most = std::max<std::uint64_t>(most, server["applied_index"]);
    }
    return most;
  };
  const std::uint64_t before = applied();
  for (int rounds = 0; applied() < before + 400; ++rounds) {
    REQUIRE(rounds < 20);
    work(cluster);
  }
}

TEST_CASE("a server that dies while it is given a snapshot comes back and is given it",
          "[process][kv][fail_point][P16][P85][P88]") {
  KvCluster cluster;
  start_compacting(cluster);
  const int victim = follower(cluster);
  for (const char* point : {"receive.before", "receive.after", "restore.before", "restore.after"}) {
    INFO(point);
    cluster.server(victim).kill();
    compact_without(cluster);
    cluster.launch(victim, {"QUORATE_FAIL_AT=" + std::string(point) + "=crash"});
    await_death(cluster, cluster.server(victim), victim);
  }
  cluster.start(victim);
  check_end(cluster);
}

TEST_CASE("a server whose disk fails stops by itself and says at what",
          "[process][kv][fail_point][P92]") {
  KvCluster cluster;
  start_compacting(cluster);
  const int victim = follower(cluster);
  arm(cluster, victim, "log.before_sync=error");
  REQUIRE(cluster.run("quorate-kv-cli", {"put", "key", "value"}).code == 0);
  CHECK(cluster.server(victim).wait() == 1);
  const std::string said = text_of(cluster.path("server-" + std::to_string(victim) + ".errors"));
  CHECK(said.find("fail point log.before_sync") != std::string::npos);
  cluster.start(victim);
}

TEST_CASE("a leader whose disk hangs makes way for another", "[process][kv][fail_point][P105]") {
  KvCluster cluster;
  start_compacting(cluster);
  const int hung = cluster.leader();
  arm(cluster, hung, "log.before_sync=pause:6000");
  CHECK(cluster.run("quorate-kv-cli", {"put", "key", "value"}).code == 0);
  CHECK(cluster.leader() != hung);
  CHECK(cluster.server(hung).is_alive());
}

TEST_CASE("fail points that do not exist are refused by name", "[process][kv][fail_point]") {
  KvCluster cluster;
  for (const char* spec : {"log.beforesync=crash",
                           "apply.before=die",
                           "apply.before=pause:0",
                           "apply.before=crash@0",
                           "apply.before"}) {
    INFO(spec);
    cluster.launch(1, {"QUORATE_FAIL_AT=" + std::string(spec)});
    CHECK(cluster.server(1).wait() == 2);
    CHECK(text_of(cluster.path("server-1.errors")).find(spec) != std::string::npos);
  }
}

}  // namespace
}  // namespace quorate::testing
