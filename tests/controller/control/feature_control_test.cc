// Which levels of features may be finalized: FEA-1..FEA-4.
#include "controller/control/feature_control.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr FeatureChange kUp = FeatureChange::kUpgrade;
constexpr FeatureChange kDown = FeatureChange::kSafeDowngrade;

// "a" 0..3, of which 2 changed what records say; "b" 0..2, whose 2 needs a 3; "c" 1..5, of which
// every new cluster has 2.
ControlOptions with_features() {
  ControlOptions options;
  options.features = {{.name = "a", .max_level = 3, .lossy_levels = {2}},
                      {.name = "b", .max_level = 2, .needs = {{2, "a", 3}}},
                      {.name = "c", .min_level = 1, .max_level = 5, .bootstrap_level = 2},
                      {.name = kEligibleLeadersFeature, .max_level = 1}};
  return options;
}

struct FeatureControlFixture {
  FeatureControlFixture() : cluster(with_features()) {
    for (BrokerId id = 0; id < 3; ++id) {
      RegisterBroker command = cluster.registration(id);
      command.features.push_back({"a", 0, id == 2 ? 2 : 3});
      command.features.push_back({"b", 0, 2});
      command.features.push_back({"c", 1, 5});
      REQUIRE(cluster.decide(command).answer.error == v1::NONE);
      if (id < 2) REQUIRE_FALSE(cluster.heartbeat(id).fenced);
    }
  }

  UpdateFeaturesAnswer update(std::vector<FeatureUpdate> updates) {
    return cluster.decide(UpdateFeatures{std::move(updates)}).answer;
  }
  v1::ErrorCode one(const std::string& name, std::int32_t level, FeatureChange change = kUp) {
    return update({{name, level, change}}).error;
  }
  std::int32_t level(const std::string& name) {
    return cluster.control.pending().features.level(name);
  }

  Cluster cluster;
};

TEST_CASE("a level is finalized when every registered broker can work with it",
          "[control][feature][FEA-1]") {
  FeatureControlFixture f;
  CHECK(f.one("a", 2) == v1::NONE);
  CHECK(f.level("a") == 2);
  CHECK(f.cluster.last_records.size() == 1);
  // Broker 2 is fenced, and counts all the same.
  const auto refused = f.update({{"a", 3, kUp}});
  CHECK(refused.error == v1::INVALID_UPDATE_VERSION);
  CHECK(refused.error_message == "broker 2, fenced, does not support level 3 of a");
  CHECK(f.cluster.last_records.empty());
  CHECK(f.cluster.decide(UnregisterBroker{2}).answer.finished);
  CHECK(f.one("a", 3) == v1::NONE);
  CHECK(f.one("a", 3) == v1::NONE);
  CHECK(f.cluster.last_records.empty());
}

TEST_CASE("a level that cannot be is refused and names why", "[control][feature][FEA-1][FEA-2]") {
  FeatureControlFixture f;
  REQUIRE(f.one("b", 1) == v1::NONE);
  const auto check = [&](FeatureUpdate update, const std::string& why) {
    const auto answer = f.update({std::move(update)});
    CHECK(answer.error == v1::INVALID_UPDATE_VERSION);
    CHECK_THAT(answer.error_message, Catch::Contains(why));
    CHECK(f.cluster.last_records.empty());
  };
  check({"z", 1, kUp}, "unknown");
  check({"a", -1, kUp}, "must not be negative");
  check({"a", 4, kUp}, "this controller works with levels 0 to 3 of a");
  check({"b", 0, kUp}, "must be asked for as a downgrade");
  check({"b", 2, kDown}, "would be no downgrade");
  check({"b", 0, FeatureChange::kUnsafeDowngrade}, "loses metadata");
  check({"c", 1, kDown}, "is below the one that a new cluster has, 2");
  CHECK(f.one("b", 2, FeatureChange{0}) == v1::INVALID_REQUEST);
  CHECK(f.update({{"b", 1, kUp}, {"b", 0, kDown}}).error == v1::INVALID_REQUEST);
}

TEST_CASE("a downgrade goes down to where records changed and no further",
          "[control][feature][FEA-1]") {
  FeatureControlFixture f;
  CHECK(f.one("b", 1) == v1::NONE);
  CHECK(f.one("b", 0, kDown) == v1::NONE);
  CHECK(f.level("b") == 0);
  CHECK(f.one("a", 1) == v1::NONE);
  CHECK(f.one("a", 0, kDown) == v1::NONE);
  CHECK(f.one("a", 2) == v1::NONE);
  CHECK(f.one("a", 1, kDown) == v1::INVALID_UPDATE_VERSION);
  CHECK(f.level("a") == 2);
}

TEST_CASE("what a level needs is looked for in the set that would result",
          "[control][feature][FEA-4]") {
  FeatureControlFixture f;
  CHECK(f.cluster.decide(UnregisterBroker{2}).answer.finished);
  CHECK(f.one("b", 2) == v1::INVALID_UPDATE_VERSION);
  CHECK(f.update({{"b", 2, kUp}, {"a", 3, kUp}}).error == v1::NONE);
  CHECK(f.cluster.last_records.size() == 2);
  const auto refused = f.update({{"a", 2, kDown}});
  CHECK_THAT(refused.error_message, Catch::Contains("level 2 of b needs a at level 3"));
  CHECK(f.update({{"a", 2, kDown}, {"b", 1, kDown}}).error == v1::NONE);
}

TEST_CASE("a request is all or nothing and can be only a preview", "[control][feature][FEA-1]") {
  FeatureControlFixture f;
  const auto answer = f.update({{"b", 1, kUp}, {"a", 9, kUp}});
  CHECK(answer.error == v1::INVALID_UPDATE_VERSION);
  REQUIRE(answer.updates.size() == 2);
  CHECK(answer.updates[0].error == v1::NONE);
  CHECK(answer.updates[1].error == v1::INVALID_UPDATE_VERSION);
  CHECK(f.level("b") == 0);
  f.cluster.ctx.mode = Mode::kValidateOnly;
  const auto preview = f.update({{"b", 1, kUp}, {"c", 3, kUp}});
  CHECK(preview.error == v1::NONE);
  CHECK(preview.updates[1].from_level == 2);
  CHECK(preview.updates[1].level == 3);
  CHECK(f.level("b") == 0);
}

TEST_CASE("a broker that cannot work with what is finalized may not register",
          "[control][feature][BRK-6][FEA-1]") {
  FeatureControlFixture f;
  REQUIRE(f.one("b", 1) == v1::NONE);
  CHECK(f.cluster.decide(f.cluster.registration(7)).answer.error == v1::UNSUPPORTED_VERSION);
}

// One partition on three brokers, of which two must be in sync.
struct UpgradeFixture {
  UpgradeFixture() {
    cluster.start_brokers(3);
    NewTopic topic = cluster.new_topic("kept", -1, -1);
    topic.assignments = {{0, {0, 1, 2}}};
    topic.configs = {{"min.insync.replicas", "2"}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }
  UpdateFeaturesAnswer update(std::int32_t level, FeatureChange change) {
    return cluster.decide(UpdateFeatures{{{kEligibleLeadersFeature, level, change}}}).answer;
  }
  const Partition& now() { return cluster.partition("kept", 0); }

  Cluster cluster;
};

TEST_CASE("eligible leaders are kept from their level's record on",
          "[control][feature][eligible][FEA-3][CFG-6]") {
  UpgradeFixture f;
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  CHECK(f.now().isr == BrokerList{0});
  CHECK(f.now().eligible().empty());
  REQUIRE(f.update(1, kUp).error == v1::NONE);
  REQUIRE(f.cluster.last_records.size() == 2);
  CHECK(f.cluster.last_records[0].has_feature_level());
  CHECK(f.cluster.last_records[1].config().name() == "min.insync.replicas");
  CHECK(f.now().eligible().empty());
  f.cluster.let_expire(0);
  CHECK(f.now().eligible() == BrokerList{0});
}

TEST_CASE("eligible leaders end with their level unless an ISR is empty",
          "[control][feature][eligible][FEA-1][PAR-4]") {
  UpgradeFixture f;
  REQUIRE(f.update(1, kUp).error == v1::NONE);
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  REQUIRE(f.now().eligible() == BrokerList{2});
  f.cluster.let_expire(0);
  REQUIRE(f.now().isr.empty());
  const auto refused = f.update(0, kDown);
  CHECK(refused.error == v1::INVALID_UPDATE_VERSION);
  CHECK_THAT(refused.error_message, Catch::Contains("the ISR of kept-0 is empty"));
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  REQUIRE(f.now().eligible() == BrokerList{0});
  REQUIRE(f.update(0, kDown).error == v1::NONE);
  CHECK(f.now().eligible().empty());
  CHECK(f.now().isr == BrokerList{2});
  CHECK(f.cluster.control.pending().features.levels().size() == 0);
}

TEST_CASE("who was alone in sync before eligible leaders is in no ISR after a loss and led last",
          "[control][feature][eligible][BRK-5][ELE-5][PAR-11]") {
  UpgradeFixture f;
  for (const BrokerId id : {1, 2, 0})
    f.cluster.let_expire(id);
  REQUIRE(f.now().isr == BrokerList{0});
  REQUIRE(f.update(1, kUp).error == v1::NONE);
  RegisterBroker again = f.cluster.registration(0);
  again.incarnation = {9, 9};
  f.cluster.ctx.now_ms += 400;
  for (int i = 0; i < 25; ++i) {
    f.cluster.ctx.now_ms += 400;
    f.cluster.decide(AppendNoOp{});
  }
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  CHECK(f.now().isr.empty());
  CHECK(f.now().eligible().empty());
  CHECK(f.now().last_known_leader() == 0);
  REQUIRE_FALSE(f.cluster.heartbeat(0).fenced);
  CHECK(f.now().leader == 0);
  CHECK(f.now().recovering);
}

TEST_CASE("what the controller's file asks for is not taken away", "[control][feature][FEA-1]") {
  ControlOptions options;
  options.eligible_leaders = true;
  Cluster cluster(options);
  cluster.start_brokers(1);
  cluster.tick();
  const UpdateFeatures command{{{kEligibleLeadersFeature, 0, kDown}}};
  CHECK(cluster.decide(command).answer.error == v1::INVALID_UPDATE_VERSION);
}

TEST_CASE("the table of features is in order and each bootstrap level can be worked with",
          "[control][feature]") {
  const FeatureTable& table = known_features();
  CHECK(std::ranges::is_sorted(table, {}, &KnownFeature::name));
  for (const KnownFeature& feature : table) {
    CHECK(feature.min_level <= feature.bootstrap_level);
    CHECK(feature.bootstrap_level <= feature.max_level);
  }
}

}  // namespace
}  // namespace quorate::controller
