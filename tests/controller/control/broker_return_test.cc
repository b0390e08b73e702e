// Brokers that come back, with more partitions than a step looks at. BRK-4, BRK-5.
#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

ControlOptions small_steps() {
  ControlOptions options;
  options.step.records_max = 3;
  options.step.examined_max = 3;
  return options;
}

struct BrokerReturnFixture {
  explicit BrokerReturnFixture(ControlOptions options) : cluster(options) {
    cluster.start_brokers(3);
    cluster.create("orders", 24, 3);
    cluster.create("lonely", 12, 1);
    finish();
  }
  const BrokerRegistration* broker(BrokerId id) {
    return cluster.control.pending().cluster.find(id);
  }
  const BrokerHoldings& holds(BrokerId id) {
    return cluster.control.pending().topics.index().of(id);
  }
  void finish() {
    while (cluster.tick().answer.again) {
    }
  }

  Cluster cluster;
};

TEST_CASE("a process that lost what it alone had is back after a bounded number of tries",
          "[control][broker][eligible][BRK-5]") {
  BrokerReturnFixture f(small_steps());
  f.cluster.let_expire(0);
  f.finish();
  const std::size_t alone = f.holds(0).last_resort.size();
  REQUIRE(alone >= 4);
  const FeatureUpdate kept{kEligibleLeadersFeature, 1, FeatureChange::kUpgrade};
  REQUIRE(f.cluster.decide(UpdateFeatures{{kept}}).answer.error == v1::NONE);

  RegisterBroker again = f.cluster.registration(0);
  again.incarnation = {9, 9};
  REQUIRE(f.cluster.decide(again).answer.error == v1::DUPLICATE_BROKER_REGISTRATION);
  CHECK(f.broker(0)->departure == Departure::kUncleanFence);
  f.finish();
  CHECK(f.holds(0).last_resort.empty());
  CHECK(f.cluster.control.pending().topics.index().leaderless().size() == alone);
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  f.finish();
  REQUIRE_FALSE(f.cluster.heartbeat(0).fenced);
  f.finish();
  CHECK(f.cluster.control.pending().topics.index().leaderless().empty());
}

TEST_CASE("who was unregistered while it alone was in sync gives that up when it registers again",
          "[control][broker][eligible][BRK-5][BRK-17][C15]") {
  BrokerReturnFixture f(small_steps());
  REQUIRE(f.cluster.decide(UnregisterBroker{0}).answer.error == v1::NONE);
  f.finish();
  REQUIRE(f.broker(0) == nullptr);
  const std::size_t alone = f.holds(0).last_resort.size();
  REQUIRE(alone >= 4);
  const FeatureUpdate kept{kEligibleLeadersFeature, 1, FeatureChange::kUpgrade};
  REQUIRE(f.cluster.decide(UpdateFeatures{{kept}}).answer.error == v1::NONE);

  RegisterBroker again = f.cluster.registration(0);
  again.incarnation = {9, 9};
  std::size_t tries = 0;
  while (f.cluster.decide(again).answer.error == v1::DUPLICATE_BROKER_REGISTRATION)
    REQUIRE(++tries <= alone);
  CHECK(tries > 0);
  CHECK(f.holds(0).last_resort.empty());
  REQUIRE(f.broker(0) != nullptr);
}

TEST_CASE("who comes back cleanly gives up nothing and does not have to try again",
          "[control][broker][eligible][BRK-4]") {
  ControlOptions options = small_steps();
  options.eligible_leaders = true;
  BrokerReturnFixture f(options);
  REQUIRE(f.cluster.control.pending().features.level(kEligibleLeadersFeature) == 1);
  f.cluster.let_expire(0);
  f.finish();
  const std::size_t kept = f.holds(0).last_resort.size();
  REQUIRE(kept > 3);
  RegisterBroker again = f.cluster.registration(0);
  again.incarnation = {9, 9};
  again.previous_broker_epoch = f.broker(0)->epoch;
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  CHECK(f.holds(0).last_resort.size() == kept);
}

}  // namespace
}  // namespace quorate::controller
