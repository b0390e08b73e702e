// Brokers in maintenance: who leads, who may go, and what comes back. OPS-3, OPS-4, OPS-5.
#include <catch2/catch.hpp>

#include "controller/control/operator_control.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/standby.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct MaintenanceFixture {
  explicit MaintenanceFixture(ControlOptions options = {}) : cluster(options) {
    cluster.start_brokers(3);
    REQUIRE(cluster.create("orders", 12, 3).error == v1::NONE);
  }
  AlterBrokerAnswer drain(BrokerId id, Guard guard = Guard::kHeld) {
    return cluster.decide(AlterBroker{id, BrokerAction::kDrain, guard}).answer;
  }
  AlterBrokerAnswer resume(BrokerId id) {
    return cluster.decide(AlterBroker{id, BrokerAction::kResume}).answer;
  }
  const PartitionIndex& index() { return cluster.control.pending().topics.index(); }
  std::uint32_t leads(BrokerId id) { return index().of(id).leaders; }
  // All that can be done at once.
  void finish() {
    while (cluster.tick().answer.again) {
    }
  }
  void add(const std::string& name,
           const std::vector<BrokerId>& replicas,
           const char* min_insync = "1") {
    NewTopic topic = cluster.new_topic(name, -1, -1);
    topic.assignments = {{0, replicas}};
    topic.configs = {{"min.insync.replicas", min_insync}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }
  void alter_isr(const std::string& topic, const std::vector<BrokerId>& isr) {
    const auto answer = cluster.decide(cluster.proposal(topic, 0, isr)).answer;
    REQUIRE(answer.partitions.at(0).error == v1::NONE);
  }

  Cluster cluster;
};

TEST_CASE("what a broker in maintenance leads goes to others and none comes back",
          "[control][maintenance][OPS-3]") {
  MaintenanceFixture f;
  REQUIRE(f.leads(1) == 4);
  REQUIRE(f.drain(1).error == v1::NONE);
  CHECK(f.cluster.last_rule == "OPS-3");
  CHECK(f.leads(1) == 0);
  CHECK(f.cluster.partition("orders", 0).isr.size() == 3);
  const ElectLeaders preferred{ElectionType::kPreferred, std::nullopt};
  CHECK(f.cluster.decide(preferred).answer.partitions.empty());
  for (std::int32_t i = 0; i < 12; ++i) {
    if (f.cluster.partition("orders", i).preferred_leader() != 1) continue;
    const ElectLeaders one{ElectionType::kPreferred, {{{"orders", i}}}};
    CHECK(f.cluster.decide(one).answer.partitions.at(0).error ==
          v1::PREFERRED_LEADER_NOT_AVAILABLE);
  }
  f.cluster.let_expire(0);
  f.finish();
  CHECK(f.leads(1) == 0);
  CHECK(f.leads(2) == 12);
}

TEST_CASE("new partitions are led by others than a broker in maintenance",
          "[control][maintenance][OPS-3]") {
  MaintenanceFixture f;
  REQUIRE(f.drain(1).error == v1::NONE);
  REQUIRE(f.cluster.create("more", 9, 3).error == v1::NONE);
  f.add("manual", {1, 2});
  CHECK(f.leads(1) == 0);
  CHECK(f.cluster.partition("manual", 0).leader == 2);
  CHECK(f.cluster.partition("manual", 0).preferred_leader() == 1);
  for (std::int32_t i = 0; i < 9; ++i)
    CHECK(f.cluster.partition("more", i).preferred_leader() != 1);
}

TEST_CASE("a broker in maintenance leads what nobody else in sync can until somebody can",
          "[control][maintenance][OPS-3]") {
  MaintenanceFixture f;
  f.add("alone", {1, 2});
  f.alter_isr("alone", {1});
  CHECK(f.drain(1).error == v1::POLICY_VIOLATION);
  REQUIRE(f.drain(1, Guard::kOverridden).error == v1::NONE);
  CHECK(f.leads(1) == 1);
  f.cluster.let_expire(1);
  CHECK(f.cluster.partition("alone", 0).leader == kNoBroker);
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  CHECK(f.cluster.partition("alone", 0).leader == 1);
  f.alter_isr("alone", {1, 2});
  f.cluster.ctx.now_ms += f.cluster.control.options().drain.retry_ms;
  f.cluster.tick();
  CHECK(f.cluster.last_rule == "OPS-3");
  CHECK(f.cluster.partition("alone", 0).leader == 2);
  CHECK(f.cluster.partition("alone", 0).isr == BrokerList{1, 2});
}

TEST_CASE("leaderships leave in bounded batches with a pause between them",
          "[control][maintenance][OPS-3]") {
  ControlOptions options;
  options.drain = {.leaders_max = 3, .pause_ms = 100, .retry_ms = 1000};
  MaintenanceFixture f(options);
  REQUIRE(f.cluster.create("wide", 24, 3).error == v1::NONE);
  REQUIRE(f.leads(1) == 12);
  REQUIRE(f.drain(1).error == v1::NONE);
  CHECK(f.leads(1) == 9);
  f.cluster.tick();
  CHECK(f.leads(1) == 9);
  for (const std::uint32_t left : {6U, 3U, 0U}) {
    f.cluster.ctx.now_ms += 100;
    CHECK_FALSE(f.cluster.tick().answer.again);
    CHECK(f.leads(1) == left);
    CHECK(f.cluster.last_records.size() == 3);
  }
}

TEST_CASE("maintenance goes on where another active controller takes over",
          "[control][maintenance][OPS-2][OPS-3]") {
  ControlOptions options;
  options.drain = {.leaders_max = 1, .pause_ms = 100, .retry_ms = 1000};
  MaintenanceFixture f(options);
  REQUIRE(f.drain(1).error == v1::NONE);
  REQUIRE(f.leads(1) == 3);
  Standby standby;
  f.cluster.committed = standby.restored(f.cluster);
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  for (int i = 0; i < 4; ++i) {
    f.cluster.ctx.now_ms += 100;
    f.cluster.tick();
  }
  CHECK(f.leads(1) == 0);
}

TEST_CASE("a broker that somebody would miss does not go into maintenance",
          "[control][maintenance][OPS-4]") {
  MaintenanceFixture f;
  f.add("lonely", {1});
  const AlterBrokerAnswer lonely = f.drain(1);
  CHECK(lonely.error == v1::POLICY_VIOLATION);
  CHECK(lonely.error_message == "1 partition would have no leader if it stopped, lonely-0 first");
  CHECK(f.cluster.last_records.empty());
  f.add("strict", {0, 2}, "2");
  const AlterBrokerAnswer strict = f.drain(2);
  CHECK(strict.error == v1::POLICY_VIOLATION);
  CHECK(strict.error_message ==
        "1 partition would fall below min.insync.replicas if it stopped, strict-0 first");
  CHECK(f.drain(2, Guard::kOverridden).error == v1::NONE);
  CHECK(f.leads(2) == 0);
}

TEST_CASE("no more brokers than may be are in maintenance at a time",
          "[control][maintenance][OPS-4]") {
  ControlOptions options;
  options.maintenance_brokers_max = 2;
  MaintenanceFixture f(options);
  f.add("pair", {0, 1});
  REQUIRE(f.drain(0).error == v1::NONE);
  const AlterBrokerAnswer together = f.drain(1);
  CHECK(together.error == v1::POLICY_VIOLATION);
  CHECK_THAT(together.error_message, Catch::Contains("1 partition would have no leader"));
  REQUIRE(f.drain(2).error == v1::NONE);
  const AlterBrokerAnswer third = f.drain(1);
  CHECK_THAT(third.error_message, Catch::Contains("no more than 2 may be at a time"));
  CHECK(f.drain(1, Guard::kOverridden).error == v1::NONE);
  REQUIRE(f.resume(0).error == v1::NONE);
  f.finish();
  f.cluster.ctx.now_ms += 1000;
  f.cluster.tick();
  CHECK(f.leads(0) == 13);
}

TEST_CASE("preferred leaders come back when maintenance ends if they do so by themselves",
          "[control][maintenance][OPS-5]") {
  MaintenanceFixture f;
  REQUIRE(f.drain(1).error == v1::NONE);
  REQUIRE(f.resume(1).error == v1::NONE);
  CHECK(f.cluster.last_rule == "OPS-5");
  f.finish();
  CHECK(f.leads(1) == 4);
  ControlOptions options;
  options.balance_interval_ms = 0;
  MaintenanceFixture never(options);
  REQUIRE(never.drain(1).error == v1::NONE);
  REQUIRE(never.resume(1).error == v1::NONE);
  never.finish();
  CHECK(never.leads(1) == 0);
}

TEST_CASE("a plan of maintenance tells which leaders move", "[control][maintenance][OPS-3]") {
  MaintenanceFixture f;
  const auto planned = f.cluster.planned(AlterBroker{1, BrokerAction::kDrain}).plan;
  REQUIRE(planned.has_value());
  CHECK(planned->effects.leaders_moved == 4);
  CHECK(planned->effects.is_harmless());
  CHECK(f.leads(1) == 4);
}

}  // namespace
}  // namespace quorate::controller
