// Each rule is broken on purpose and the check sees it; decisions that break one do not leave.
#include "controller/control/invariants.h"

#include <functional>

#include <catch2/catch.hpp>

#include "controller/control/draft.h"
#include "controller/control/partition_change.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct Bench : Cluster {
  Bench() {
    start_brokers(4);
    NewTopic topic = new_topic("t", -1, -1);
    topic.assignments = {{0, {0, 1, 2}}};
    decide(CreateTopics{{topic}});
    let_expire(3);
  }
  // The rule that a change of partition 0 to this state, with these records, breaks.
  std::string broken_by(const std::function<void(Partition&)>& spoil, std::uint32_t changes = 1) {
    Partition state = partition("t", 0);
    ++state.partition_epoch;
    spoil(state);
    MetadataImage after = control.pending();
    REQUIRE(after.topics.put_partition(id("t", 0), state).is_ok());
    MetadataDelta delta;
    delta.partitions = {{id("t", 0), changes}};
    return check_batch(control.pending(), after, delta).message().substr(0, 5);
  }
};

TEST_CASE("a broken list is seen", "[control][invariants][PAR-1][PAR-2]") {
  Bench bench;
  CHECK(bench.broken_by([](Partition& p) { p.replicas = BrokerList{0, 1, 1}; }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.replicas = BrokerList{}; }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.isr = BrokerList{0, 0}; }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.set_movement({{3}, {}, {0}}); }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.set_eligible({3}, kNoBroker); }) == "PAR-6");
  CHECK(bench.broken_by([](Partition& p) { p.set_movement({{}, {3}, {0}}); }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.set_movement({{2}, {2}, {0}}); }) == "PAR-1");
  CHECK(bench.broken_by([](Partition& p) { p.isr = BrokerList{0, 3}; }) == "PAR-2");
}

TEST_CASE("a wrong leader is seen", "[control][invariants][PAR-3][PAR-4][PAR-5][C11][C12]") {
  Bench bench;
  CHECK(bench.broken_by([](Partition& p) { p.isr = BrokerList{1}; }) == "PAR-3");
  CHECK(bench.broken_by([](Partition& p) { p.isr = BrokerList{}; }) == "PAR-4");
  CHECK(bench.broken_by([](Partition& p) {
    p.replicas = p.isr = BrokerList{3, 0};
    p.leader = 3;
    ++p.leader_epoch;
  }) == "PAR-5");
}

TEST_CASE("a wrong step is seen", "[control][invariants][PAR-7][PAR-8][PAR-9][C14]") {
  Bench bench;
  CHECK(bench.broken_by([](Partition& p) { ++p.partition_epoch; }) == "PAR-7");
  CHECK(bench.broken_by([](Partition& p) { --p.leader_epoch; }) == "PAR-7");
  CHECK(bench.broken_by([](Partition& p) { p.leader_epoch += 2; }) == "PAR-7");
  CHECK(bench.broken_by([](Partition& p) { p.leader = 1; }) == "PAR-8");
  CHECK(bench.broken_by([](Partition& p) {
    p.isr = BrokerList{0};
    ++p.leader_epoch;
  }) == "PAR-8");
  CHECK(bench.broken_by([](Partition& p) { p.replicas = p.isr = BrokerList{0, 1}; }) == "PAR-8");
  CHECK(bench.broken_by([](Partition&) {}) == "PAR-9");
  CHECK(bench.broken_by([](Partition& p) { p.isr = BrokerList{0}; }).empty());
}

TEST_CASE("a fenced broker that leads is seen by its fencing alone",
          "[control][invariants][PAR-5][C10]") {
  Bench bench;
  MetadataImage after = bench.control.pending();
  BrokerRegistration broker = *after.cluster.find(0);
  broker.fenced = true;
  after.cluster.put(broker);
  MetadataDelta delta;
  delta.brokers = {0};
  CHECK(check_batch(bench.control.pending(), after, delta).code() == Code::kInternal);
  CHECK(check_image(after).message().find("PAR-5") == 0);
  REQUIRE(after.cluster.remove(0, broker.epoch).is_ok());
  CHECK_FALSE(check_batch(bench.control.pending(), after, delta).is_ok());
}

TEST_CASE("an epoch that does not follow its process is seen", "[control][invariants][BRK-3]") {
  Bench bench;
  const auto broken_by = [&](const std::function<void(BrokerRegistration&)>& spoil) {
    MetadataImage after = bench.control.pending();
    BrokerRegistration broker = *after.cluster.find(1);
    spoil(broker);
    after.cluster.put(broker);
    MetadataDelta delta;
    delta.brokers = {1};
    return check_batch(bench.control.pending(), after, delta).message().substr(0, 5);
  };
  CHECK(broken_by([](BrokerRegistration& b) { b.epoch += 1; }) == "BRK-3");
  CHECK(broken_by([](BrokerRegistration& b) { b.incarnation = {5, 5}; }) == "BRK-3");
  CHECK(broken_by([](BrokerRegistration& b) { b.rack = "x"; }).empty());
}

TEST_CASE("a change without effect is not drafted", "[control][election][PAR-9]") {
  Bench bench;
  Draft draft(bench.control.pending());
  append_change(draft, bench.id("t", 0), {BrokerList{0, 1, 2}, 0, false});
  CHECK(draft.record_count() == 0);
  append_change(draft, bench.id("t", 0), {BrokerList{0, 1}, 0, false});
  CHECK(draft.record_count() == 1);
  CHECK_FALSE(draft.image().topics.find("t")->find(0)->isr.contains(2));
  CHECK(bench.partition("t", 0).isr.contains(2));
}

TEST_CASE("a decision that does not fit its own image does not leave", "[control][invariants]") {
  Cluster cluster;
  cluster.start_brokers(1);
  CreateTopics command{{cluster.new_topic("a", 1, 1), cluster.new_topic("b", 1, 1)}};
  command.topics[1].id = command.topics[0].id;  // a service that draws the same id twice
  const std::uint64_t hash = state_hash(cluster.control.pending());
  const auto decision = cluster.control.decide(command, cluster.ctx);
  CHECK_FALSE(decision.status.is_ok());
  CHECK(decision.batch == nullptr);
  CHECK_THAT(decision.trace.text(), Catch::Contains("refused"));
  CHECK(state_hash(cluster.control.pending()) == hash);
  CHECK_FALSE(cluster.control.has_uncommitted());
}

}  // namespace
}  // namespace quorate::controller
