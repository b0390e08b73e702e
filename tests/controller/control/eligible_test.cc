// Eligible leader replicas (KIP-966): who left an ISR that is too small may lead again without
// loss. ELE-4, ELE-5, PAR-4, PAR-6, PAR-11.
#include <catch2/catch.hpp>

#include "controller/control/election.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

// One partition on three brokers, of which two must be in sync.
struct EligibleFixture {
  EligibleFixture() : cluster(with_eligible_leaders()) {
    cluster.start_brokers(3);
    cluster.tick();
    NewTopic topic = cluster.new_topic("kept", -1, -1);
    topic.assignments = {{0, {0, 1, 2}}};
    topic.configs = {{"min.insync.replicas", "2"}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }

  const Partition& now() { return cluster.partition("kept", 0); }
  void expire(const std::vector<BrokerId>& ids) {
    for (const BrokerId id : ids)
      cluster.let_expire(id);
  }
  // Another process of a fenced broker, with or without proof of a clean stop.
  void restart(BrokerId id, bool clean) {
    RegisterBroker again = cluster.registration(id);
    again.incarnation = {9, ++restarts};
    if (clean) again.previous_broker_epoch = cluster.epoch(id);
    for (int i = 0; i < 25; ++i) {  // until the session of the last one is over
      cluster.ctx.now_ms += 400;
      cluster.decide(AppendNoOp{});
    }
    REQUIRE(cluster.decide(again).answer.error == v1::NONE);
  }

  Cluster cluster;
  std::uint64_t restarts = 0;
};

TEST_CASE("eligible leaders are kept from when every registered broker supports them",
          "[control][eligible][PAR-6]") {
  Cluster cluster(with_eligible_leaders());
  RegisterBroker old = cluster.registration(0);
  old.features.clear();
  REQUIRE(cluster.decide(old).answer.error == v1::NONE);
  cluster.tick();
  CHECK(cluster.last_records.empty());
  old.features = cluster.registration(0).features;
  REQUIRE(cluster.decide(old).answer.error == v1::NONE);
  cluster.tick();
  REQUIRE(cluster.last_records.size() == 2);
  CHECK(cluster.last_records[0].feature_level().name() == kEligibleLeadersFeature);
  cluster.tick();
  CHECK(cluster.last_records.empty());
}

TEST_CASE("who leaves an ISR that is too small then stays eligible until it is large enough",
          "[control][eligible][PAR-6][PAR-2]") {
  EligibleFixture f;
  f.expire({1});
  CHECK(f.now().isr == BrokerList{0, 2});
  CHECK(f.now().eligible().empty());
  f.expire({2});
  CHECK(f.now().isr == BrokerList{0});
  CHECK(f.now().eligible() == BrokerList{2});
  CHECK(f.cluster.control.pending().topics.index().of(2).last_resort.size() == 1);
  // Back in sync with another: nobody else is needed.
  f.cluster.heartbeat(1);
  REQUIRE(f.cluster.decide(f.cluster.proposal("kept", 0, {0, 1})).answer.error == v1::NONE);
  CHECK(f.now().isr == BrokerList{0, 1});
  CHECK(f.now().eligible().empty());
  CHECK(f.cluster.control.pending().topics.index().of(2).last_resort.empty());
  // A leader that takes somebody out keeps it eligible, too.
  REQUIRE(f.cluster.decide(f.cluster.proposal("kept", 0, {0})).answer.error == v1::NONE);
  CHECK(f.now().eligible() == BrokerList{1});
}

TEST_CASE("an empty ISR has no leader and remembers the last one",
          "[control][eligible][PAR-4][PAR-11]") {
  EligibleFixture f;
  f.expire({1, 2, 0});
  CHECK(f.now().isr.empty());
  CHECK(f.now().leader == kNoBroker);
  CHECK(f.now().eligible() == BrokerList{0, 2});
  CHECK(f.now().last_known_leader() == 0);
}

TEST_CASE("an eligible leader that comes back leads cleanly and alone",
          "[control][eligible][ELE-4][PAR-11]") {
  EligibleFixture f;
  f.expire({1, 2, 0});
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  CHECK(f.now().leader == kNoBroker);  // it left while the ISR was large enough without it
  const std::int32_t epoch = f.now().leader_epoch;
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  CHECK(f.now().leader == 2);
  CHECK(f.now().isr == BrokerList{2});
  CHECK(f.now().eligible() == BrokerList{0});
  CHECK_FALSE(f.now().recovering);
  CHECK(f.now().leader_epoch == epoch + 1);
  CHECK(f.now().last_known_leader() == kNoBroker);
}

TEST_CASE("without proof of a clean stop a broker is no eligible leader any more",
          "[control][eligible][BRK-5][BRK-17]") {
  EligibleFixture f;
  f.expire({1, 2, 0});
  f.restart(0, true);
  CHECK(f.now().eligible() == BrokerList{0, 2});
  f.restart(0, false);
  CHECK(f.now().eligible() == BrokerList{2});
  CHECK(f.cluster.decide(UnregisterBroker{2}).answer.finished);
  CHECK(f.now().eligible().empty());
  CHECK(f.cluster.control.pending().topics.index().of(2).last_resort.empty());
}

TEST_CASE("when nobody eligible is left the last leader leads uncleanly if it is active",
          "[control][eligible][ELE-5][PAR-11]") {
  EligibleFixture f;
  f.expire({1, 2, 0});
  f.restart(2, false);
  f.restart(0, false);
  REQUIRE(f.now().eligible().empty());
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  CHECK(f.now().leader == kNoBroker);  // another one, or the last one while it is fenced
  REQUIRE_FALSE(f.cluster.heartbeat(0).fenced);
  CHECK(f.now().leader == 0);
  CHECK(f.now().isr == BrokerList{0});
  CHECK(f.now().recovering);
  CHECK(f.now().last_known_leader() == kNoBroker);
}

TEST_CASE("an unclean election leaves nobody eligible", "[control][eligible][ELE-3]") {
  EligibleFixture f;
  f.expire({1, 2, 0});
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  const ElectLeaders command{ElectionType::kUnclean, {{{"kept", 0}}}};
  REQUIRE(f.cluster.decide(command).answer.partitions.at(0).error == v1::NONE);
  CHECK(f.now().leader == 1);
  CHECK(f.now().recovering);
  CHECK(f.now().eligible().empty());
  CHECK(f.now().last_known_leader() == kNoBroker);
}

TEST_CASE("eligible leaders leave in bounded steps too", "[control][eligible][BRK-5][BRK-14]") {
  ControlOptions options = with_eligible_leaders();
  options.step.records_max = 3;
  Cluster cluster(options);
  cluster.start_brokers(2);
  cluster.tick();
  NewTopic topic = cluster.new_topic("many", 10, 2);
  topic.configs = {{"min.insync.replicas", "2"}};
  REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  cluster.let_expire(1);
  const auto eligible = [&] {
    return cluster.control.pending().topics.index().of(1).last_resort.size();
  };
  REQUIRE(eligible() == 10);
  RegisterBroker again = cluster.registration(1);
  again.incarnation = {9, 9};
  CHECK(cluster.decide(again).answer.error == v1::DUPLICATE_BROKER_REGISTRATION);
  CHECK(cluster.last_records.size() == 4);
  CHECK(cluster.control.pending().cluster.find(1)->departure == Departure::kUncleanFence);
  cluster.control.claim(cluster.committed, cluster.ctx.now_ms);
  while (!cluster.control.unfinished().empty())
    cluster.tick();
  CHECK(eligible() == 0);
  CHECK(cluster.decide(again).answer.error == v1::NONE);
}

}  // namespace
}  // namespace quorate::controller
