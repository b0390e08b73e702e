// Brokers that are decommissioned: all that they have goes to others. OPS-6, OPS-7, OPS-8.
#include "controller/control/decommission.h"

#include <catch2/catch.hpp>

#include "controller/control/operator_progress.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/standby.h"

namespace quorate::controller {
namespace {

using namespace testing;

ControlOptions some_at_a_time() {
  ControlOptions options;
  options.decommission = {.moves_max = 3, .pause_ms = 100, .retry_ms = 500};
  return options;
}

struct DecommissionFixture {
  explicit DecommissionFixture(BrokerId brokers = 4,
                               int racks = 1,
                               ControlOptions options = some_at_a_time())
      : cluster(options) {
    cluster.start_brokers(brokers, racks);
  }
  AlterBrokerAnswer ask(BrokerId id, BrokerAction action, Guard guard = Guard::kHeld) {
    return cluster.decide(AlterBroker{id, action, guard}).answer;
  }
  const PartitionIndex& index() { return cluster.control.pending().topics.index(); }
  std::size_t holds(BrokerId id) { return index().of(id).replicas.size(); }
  std::size_t moving() { return index().moving().size(); }
  void add(const std::string& name, const std::vector<BrokerId>& replicas) {
    NewTopic topic = cluster.new_topic(name, -1, -1);
    topic.assignments = {{0, replicas}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }
  void tick_later() {
    cluster.ctx.now_ms += 400;
    cluster.heartbeat_all_but(kNoBroker);
    cluster.tick();
    cluster.ctx.now_ms += 400;
    cluster.heartbeat_all_but(kNoBroker);
    cluster.tick();
  }
  // Whoever is being added has caught up.
  void catch_up() {
    const MetadataImage now = cluster.control.pending();
    for (const auto& item : now.topics.index().moving()) {
      const TopicPartition id = now.topics.resolve(item.key);
      const std::string name = now.topics.find(id.topic)->name;
      const BrokerList& replicas = now.topics.find(id)->replicas;
      const std::vector<BrokerId> isr(replicas.begin(), replicas.end());
      const auto answer = cluster.decide(cluster.proposal(name, id.partition, isr)).answer;
      REQUIRE(answer.error == v1::NONE);
    }
  }
  std::string obstacle(BrokerId id) {
    const OperatorProgress progress = operator_progress(cluster.control.pending(), id);
    return progress.first.empty() ? "" : progress.first[0].reason;
  }

  Cluster cluster;
};

TEST_CASE("a broker is emptied some partitions at a time and unregistered once it stopped",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f;
  REQUIRE(f.cluster.create("orders", 12, 3).error == v1::NONE);
  REQUIRE(f.holds(1) == 9);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  CHECK(f.cluster.last_rule == "OPS-6");
  CHECK(f.moving() == 3);
  for (int round = 0; round < 3; ++round) {
    CHECK(f.moving() == 3);
    f.catch_up();
    f.tick_later();
  }
  CHECK(f.holds(1) == 0);
  CHECK(f.moving() == 0);
  for (const BrokerId id : {0, 2, 3})
    CHECK(f.holds(id) == 12);
  f.tick_later();
  REQUIRE(f.cluster.control.pending().cluster.find(1) != nullptr);
  f.cluster.let_expire(1);
  f.tick_later();
  CHECK(f.cluster.control.pending().cluster.find(1) == nullptr);
}

TEST_CASE("another broker takes the rank of the one that goes and racks stay spread",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f(/*brokers=*/6, /*racks=*/3);  // 0 and 3, 1 and 4, 2 and 5 share a rack
  f.add("orders", {1, 0, 2});
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  CHECK(f.cluster.partition("orders", 0).target_replicas() == BrokerList{4, 0, 2});
  f.catch_up();
  CHECK(f.cluster.partition("orders", 0).replicas == BrokerList{4, 0, 2});
  CHECK(f.cluster.partition("orders", 0).leader == 4);
}

TEST_CASE("nothing goes to brokers that are cordoned fenced in maintenance or go themselves",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f(/*brokers=*/7);
  f.add("orders", {1, 0});
  f.add("alone", {3});
  REQUIRE(f.ask(2, BrokerAction::kCordon).error == v1::NONE);
  REQUIRE(f.ask(3, BrokerAction::kDrain, Guard::kOverridden).error == v1::NONE);
  REQUIRE(f.ask(4, BrokerAction::kDecommission).error == v1::NONE);
  f.cluster.let_expire(5);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  CHECK(f.cluster.partition("orders", 0).target_replicas() == BrokerList{6, 0});
  CHECK(f.cluster.create("wide", 1, 5).error == v1::INVALID_REPLICATION_FACTOR);
}

TEST_CASE("a decommission that could not come to its end is refused unless it is forced",
          "[control][decommission][OPS-7]") {
  DecommissionFixture f(/*brokers=*/3);
  REQUIRE(f.cluster.create("orders", 2, 3).error == v1::NONE);
  const AlterBrokerAnswer refused = f.ask(1, BrokerAction::kDecommission);
  CHECK(refused.error == v1::POLICY_VIOLATION);
  CHECK(refused.error_message ==
        "no active broker that takes replicas could have orders-0 in its place");
  REQUIRE(f.ask(1, BrokerAction::kDecommission, Guard::kOverridden).error == v1::NONE);
  CHECK(f.moving() == 0);
  CHECK(f.obstacle(1) == "no active broker that takes replicas could have it");
}

TEST_CASE("a decommission that is taken back restores what is on its way and leaves the rest",
          "[control][decommission][OPS-8][RAS-7]") {
  DecommissionFixture f;
  f.add("first", {2, 1, 0});
  f.add("second", {1, 2, 0});
  f.add("moved", {2, 1});
  AlterReassignments command;
  command.partitions = {{"moved", 0, {{0, 3}}}};
  REQUIRE(f.cluster.decide(command).answer.partitions.at(0).error == v1::NONE);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  REQUIRE(f.moving() == 3);
  REQUIRE(f.ask(1, BrokerAction::kRecommission).error == v1::NONE);
  CHECK(f.cluster.last_rule == "OPS-8");
  CHECK(f.cluster.partition("first", 0).replicas == BrokerList{2, 1, 0});
  CHECK(f.cluster.partition("second", 0).replicas == BrokerList{1, 2, 0});
  CHECK(f.cluster.partition("moved", 0).target_replicas() == BrokerList{0, 3});
  CHECK(f.moving() == 1);
  f.tick_later();
  CHECK(f.moving() == 1);
  CHECK(f.cluster.create("new", 4, 4).error == v1::NONE);
}

TEST_CASE("what somebody else moves is left alone and told as being in the way",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f;
  f.add("orders", {1, 2});
  AlterReassignments command;
  command.partitions = {{"orders", 0, {{1, 3}}}};
  REQUIRE(f.cluster.decide(command).answer.partitions.at(0).error == v1::NONE);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  CHECK(f.cluster.partition("orders", 0).target_replicas() == BrokerList{1, 3});
  CHECK(f.obstacle(1) == "it is being moved by somebody else");
  f.catch_up();
  f.tick_later();
  CHECK_FALSE(f.cluster.partition("orders", 0).target_replicas().contains(1));
}

TEST_CASE("a move to a broker that is gone goes to another one", "[control][decommission][OPS-6]") {
  DecommissionFixture f;
  f.add("orders", {1, 2});
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  const BrokerId taker = f.cluster.partition("orders", 0).movement().adding[0];
  const BrokerId other = taker == 0 ? 3 : 0;
  f.cluster.let_expire(taker);
  f.tick_later();
  CHECK(f.cluster.partition("orders", 0).target_replicas() == BrokerList{other, 2});
  CHECK(f.cluster.partition("orders", 0).movement().original == BrokerList{1, 2});
  REQUIRE(f.ask(1, BrokerAction::kRecommission).error == v1::NONE);
  CHECK(f.cluster.partition("orders", 0).replicas == BrokerList{1, 2});
}

TEST_CASE("a decommission has its turn beside a drain that has no end",
          "[control][decommission][OPS-6]") {
  constexpr std::uint32_t kTickMs = 100;
  ControlOptions options = some_at_a_time();
  options.drain.retry_ms = kTickMs;
  options.decommission.retry_ms = kTickMs;
  DecommissionFixture f(/*brokers=*/4, /*racks=*/1, options);
  f.add("orders", {1, 0});
  f.add("alone", {3});
  REQUIRE(f.ask(2, BrokerAction::kCordon).error == v1::NONE);
  REQUIRE(f.ask(3, BrokerAction::kDrain, Guard::kOverridden).error == v1::NONE);
  REQUIRE(f.ask(1, BrokerAction::kDecommission, Guard::kOverridden).error == v1::NONE);
  REQUIRE(f.moving() == 0);
  REQUIRE(f.ask(2, BrokerAction::kUncordon).error == v1::NONE);
  for (int ticks = 0; ticks < 4; ++ticks) {
    f.cluster.ctx.now_ms += kTickMs;
    f.cluster.heartbeat_all_but(kNoBroker);
    f.cluster.tick();
  }
  CHECK(f.cluster.partition("orders", 0).target_replicas() == BrokerList{2, 0});
}

TEST_CASE("a partition that nobody leads stays where it is and is told as being in the way",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f;
  f.add("alone", {1});
  f.cluster.let_expire(1);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  f.tick_later();
  CHECK(f.moving() == 0);
  CHECK(f.holds(1) == 1);
  CHECK(f.obstacle(1) == "nobody leads it");
}

TEST_CASE("a decommission goes on where another active controller takes over",
          "[control][decommission][OPS-2][OPS-6]") {
  DecommissionFixture f;
  REQUIRE(f.cluster.create("orders", 8, 3).error == v1::NONE);
  REQUIRE(f.ask(1, BrokerAction::kDecommission).error == v1::NONE);
  Standby standby;
  f.cluster.committed = standby.restored(f.cluster);
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  for (int round = 0; round < 4; ++round) {
    f.catch_up();
    f.tick_later();
  }
  CHECK(f.holds(1) == 0);
}

TEST_CASE("a plan of a decommission tells which replicas are copied first",
          "[control][decommission][OPS-6]") {
  DecommissionFixture f;
  REQUIRE(f.cluster.create("orders", 12, 3).error == v1::NONE);
  const auto plan = f.cluster.planned(AlterBroker{1, BrokerAction::kDecommission}).plan;
  REQUIRE(plan.has_value());
  CHECK(plan->effects.replicas_added == 3);
  CHECK(f.moving() == 0);
}

}  // namespace
}  // namespace quorate::controller
