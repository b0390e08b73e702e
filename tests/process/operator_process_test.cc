// What operators want of real brokers, over a failover of the controllers.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>

#include "tests/process/cli_answers.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

using std::chrono::steady_clock;

template <typename Condition>
bool eventually(const Condition& condition) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  while (!condition() && steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return condition();
}

struct Operated {
  LiveCluster cluster{4};

  // All of a broker's description, once the controllers answer.
  json broker(int id) const {
    Ran ran;
    REQUIRE(eventually([&] {
      ran = cluster.cli("broker describe " + std::to_string(id) + " -o json");
      return ran.status == 0;
    }));
    return json::parse(ran.output)["items"].at(0);
  }
  int an_id() const { return listing(cluster, "broker list", "BrokerList")["items"].at(1)["id"]; }
  void create(const std::string& name) const {
    const Ran ran = cluster.cli("topic create " + name + " --partitions 8 --replication-factor 3");
    INFO(ran.errors);
    REQUIRE(ran.status == 0);
  }
  void tell(const std::string& arguments) const {
    const Ran ran = cluster.cli("broker " + arguments);
    INFO(arguments << '\n' << ran.errors);
    REQUIRE(ran.status == 0);
  }
  void kill_leader() const {
    const json status = listing(cluster, "quorum status", "QuorumStatus");
    const auto& leader =
        cluster.process("controller-" + std::to_string(status["leader"].get<int>()));
    REQUIRE(::kill(leader.pid, SIGKILL) == 0);
  }
};

TEST_CASE("a broker is drained and stays so over a failover until it is resumed",
          "[process][operator][OPS-1][OPS-2][OPS-3][OPS-4][OPS-5]") {
  const Operated live;
  live.create("first");
  const int id = live.an_id();
  const std::string name = std::to_string(id);
  const int replicas = live.broker(id)["replicas"];
  REQUIRE(live.broker(id)["leaders"] > 0);

  live.tell("cordon " + name);
  live.create("second");
  CHECK(live.broker(id)["replicas"] == replicas);
  CHECK(live.broker(id)["operator"] == "cordoned");
  check_refused(
      live.cluster,
      {"topic create wide --replication-factor 4", 1, "error[E_INVALID_REPLICATION_FACTOR]", ""});

  const json plan = listing(live.cluster, "broker drain " + name + " --dry-run", "Plan");
  CHECK(plan["effects"]["leadersMoved"] > 0);
  live.tell("drain " + name + " --wait 20");
  CHECK(live.broker(id)["leaders"] == 0);
  CHECK(live.broker(id)["operator"] == "cordoned, drained");
  const int other = id == 1 ? 2 : 1;
  check_refused(live.cluster,
                {"broker drain " + std::to_string(other),
                 5,
                 "error[E_POLICY_VIOLATION]: broker " + name + " is in maintenance",
                 "quorate broker safe-to-stop " + std::to_string(other)});

  live.kill_leader();
  CHECK(live.broker(id)["operator"] == "cordoned, drained");
  live.tell("uncordon " + name);
  CHECK(live.broker(id)["operator"] == "drained");
  CHECK(live.broker(id)["leaders"] == 0);
  live.tell("resume " + name);
  CHECK(eventually([&] { return live.broker(id)["leaders"] > 0; }));
  live.create("third");
  CHECK(live.broker(id)["replicas"] > replicas);
  CHECK(live.broker(id)["operator"] == "-");
}

TEST_CASE("a broker is emptied over a failover and goes once it is stopped",
          "[process][operator][OPS-6][OPS-7][OPS-8]") {
  const Operated live;
  live.create("orders");
  const int id = live.an_id();
  const std::string name = std::to_string(id);
  REQUIRE(live.broker(id)["replicas"] > 0);
  live.tell("decommission " + name);
  live.kill_leader();
  CHECK(eventually([&] { return live.broker(id)["replicas"] == 0; }));
  CHECK(live.broker(id)["operator"] == "empty");
  CHECK(live.broker(id)["obstructed"] == 0);
  for (const json& topic : listing(live.cluster, "topic list", "TopicList")["items"])
    CHECK(topic["offline"] == 0);
  const int other = id == 1 ? 2 : 1;
  check_refused(
      live.cluster,
      {"broker decommission " + std::to_string(other),
       5,
       "error[E_POLICY_VIOLATION]: no active broker that takes replicas could have orders-",
       ""});
  REQUIRE(::kill(live.cluster.process("broker-" + name).pid, SIGTERM) == 0);
  CHECK(eventually([&] {
    return live.cluster.cli("broker describe " + name).status == 4;  // not registered
  }));
}

}  // namespace
}  // namespace quorate::testing
