// What configuration leads to: who may lead uncleanly (ELE-8), and who stays eligible when
// min.insync.replicas changes (CFG-6).
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "controller/control/election.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr const char* kMinIsrKey = "min.insync.replicas";
constexpr const char* kUncleanKey = "unclean.leader.election.enable";

struct ConfigElectionFixture {
  explicit ConfigElectionFixture(const ControlOptions& options = {}) : cluster(options) {
    cluster.start_brokers(3);
    cluster.tick();
    NewTopic topic = cluster.new_topic("kept", -1, -1);
    topic.assignments = {{0, {0, 1, 2}}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }

  v1::ErrorCode alter(std::int32_t type,
                      const std::string& name,
                      const ConfigChange& change,
                      AlterConfigs::Style style = AlterConfigs::Style::kIncremental) {
    return cluster.decide(AlterConfigs{style, {{{type, name}, {change}}}})
        .answer.resources.at(0)
        .error;
  }
  v1::ErrorCode set(std::int32_t type, const std::string& name, const char* key, const char* to) {
    return alter(type, name, {key, ConfigOp::kSet, to});
  }
  const Partition& now() { return cluster.partition("kept", 0); }
  void expire(const std::vector<BrokerId>& ids) {
    for (const BrokerId id : ids)
      cluster.let_expire(id);
  }
  void settle() {
    while (!cluster.control.unfinished().empty())
      cluster.tick();
  }
  const ConfigMap& broker_configs(const std::string& name) {
    return cluster.control.pending().configs.of({ConfigResourceType::kBroker, name});
  }

  Cluster cluster;
};

// Only broker 2 lives, and is in no ISR.
void leave_only_two(ConfigElectionFixture& f) {
  f.expire({2, 1, 0});
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  REQUIRE(f.now().leader == kNoBroker);
}

TEST_CASE("a partition that is down gets a leader when unclean elections are allowed late",
          "[control][config][ELE-8]") {
  ConfigElectionFixture f;
  leave_only_two(f);
  SECTION("for the topic") {
    CHECK(f.set(2, "kept", kUncleanKey, "true") == v1::NONE);
  }
  SECTION("for the broker") {
    CHECK(f.set(4, "2", kUncleanKey, "true") == v1::NONE);
  }
  SECTION("for the cluster") {
    CHECK(f.set(4, "", kUncleanKey, "true") == v1::NONE);
  }
  f.settle();
  CHECK(f.now().leader == 2);
  CHECK(f.now().recovering);
  CHECK(f.now().isr == BrokerList{2});
}

TEST_CASE("the topic's word about unclean elections comes before the broker's and the cluster's",
          "[control][config][ELE-8][CFG-6]") {
  ConfigElectionFixture f;
  REQUIRE(f.set(2, "kept", kUncleanKey, "false") == v1::NONE);
  leave_only_two(f);
  REQUIRE(f.set(4, "", kUncleanKey, "true") == v1::NONE);
  REQUIRE(f.set(4, "2", kUncleanKey, "true") == v1::NONE);
  f.settle();
  CHECK(f.now().leader == kNoBroker);
  REQUIRE(f.alter(2, "kept", {kUncleanKey, ConfigOp::kDelete, {}}) == v1::NONE);
  f.settle();
  CHECK(f.now().leader == 2);
}

TEST_CASE("a broker that may not lead uncleanly is passed over for the next that may",
          "[control][config][ELE-3][ELE-8]") {
  ConfigElectionFixture f;
  REQUIRE(f.set(4, "1", kUncleanKey, "false") == v1::NONE);
  f.expire({1, 2, 0});
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  REQUIRE(f.set(4, "", kUncleanKey, "true") == v1::NONE);
  f.settle();
  CHECK(f.now().leader == kNoBroker);
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  CHECK(f.now().leader == 2);
  // An administrator who asks for one is not held up by configuration (ELE-7).
  f.expire({2});
  const ElectLeaders command{ElectionType::kUnclean, {{{"kept", 0}}}};
  REQUIRE(f.cluster.decide(command).answer.partitions.at(0).error == v1::NONE);
  CHECK(f.now().leader == 1);
}

TEST_CASE("the controller's file allows unclean elections where the cluster says nothing",
          "[control][config][ELE-8]") {
  ControlOptions options;
  options.statics = {{kUncleanKey, "true"}};
  ConfigElectionFixture f(options);
  SECTION("and nobody says otherwise") {
    f.expire({2, 1, 0});
    REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
    CHECK(f.now().leader == 2);
  }
  SECTION("and the cluster does") {
    REQUIRE(f.set(4, "", kUncleanKey, "false") == v1::NONE);
    leave_only_two(f);
  }
}

TEST_CASE("with eligible leaders min.insync.replicas has one value for the cluster",
          "[control][config][eligible][CFG-6]") {
  Cluster cluster(with_eligible_leaders());
  cluster.start_brokers(2);
  const auto set = [&](const std::string& name, const char* to) {
    return cluster.decide(AlterConfigs{{}, {{{4, name}, {{kMinIsrKey, ConfigOp::kSet, to}}}}})
        .answer.resources.at(0)
        .error;
  };
  // Before the feature is finalized brokers may have their own.
  REQUIRE(set("1", "2") == v1::NONE);
  cluster.tick();
  const auto of = [&](const std::string& name) {
    return cluster.control.pending().configs.of({ConfigResourceType::kBroker, name});
  };
  CHECK(of("") == ConfigMap{{kMinIsrKey, "1"}});
  CHECK(of("1").empty());
  CHECK(cluster.last_records.size() == 3);
  CHECK(set("1", "2") == v1::INVALID_CONFIG);
  CHECK(set("", "2") == v1::NONE);
  CHECK(of("") == ConfigMap{{kMinIsrKey, "2"}});
}

TEST_CASE("with eligible leaders the cluster's min.insync.replicas cannot go",
          "[control][config][eligible][CFG-6]") {
  ConfigElectionFixture f(with_eligible_leaders());
  const ConfigChange none{kMinIsrKey, ConfigOp::kDelete, {}};
  CHECK(f.alter(4, "", none) == v1::INVALID_CONFIG);
  const ConfigChange other{"log.retention.ms", ConfigOp::kSet, "1"};
  CHECK(f.alter(4, "", other, AlterConfigs::Style::kReplace) == v1::INVALID_CONFIG);
  CHECK(f.alter(4, "1", none) == v1::INVALID_CONFIG);
  CHECK(f.alter(4, "", other) == v1::NONE);
  CHECK(f.alter(4, "1", other, AlterConfigs::Style::kReplace) == v1::NONE);
  CHECK(f.broker_configs("").size() == 2);
}

TEST_CASE("a change of min.insync.replicas ends who is eligible beside an ISR",
          "[control][config][eligible][CFG-6][PAR-6]") {
  ConfigElectionFixture f(with_eligible_leaders());
  REQUIRE(f.set(4, "", kMinIsrKey, "3") == v1::NONE);
  f.expire({1, 2});
  REQUIRE(f.now().eligible() == BrokerList{1, 2});
  const std::int32_t epoch = f.now().partition_epoch;
  const std::int32_t leader_epoch = f.now().leader_epoch;
  // The same value again changes nothing.
  REQUIRE(f.set(4, "", kMinIsrKey, "3") == v1::NONE);
  CHECK(f.now().eligible() == BrokerList{1, 2});
  SECTION("of the cluster") {
    REQUIRE(f.set(4, "", kMinIsrKey, "2") == v1::NONE);
  }
  SECTION("of the topic") {
    REQUIRE(f.set(2, "kept", kMinIsrKey, "2") == v1::NONE);
  }
  REQUIRE(f.cluster.last_records.size() == 2);
  CHECK(f.cluster.last_records[1].has_clear_eligible_leaders());
  CHECK(f.now().eligible().empty());
  CHECK(f.now().isr == BrokerList{0});
  CHECK(f.now().partition_epoch == epoch + 1);
  CHECK(f.now().leader_epoch == leader_epoch);
  CHECK(f.cluster.control.pending().topics.index().of(1).last_resort.empty());
}

TEST_CASE("a change that leaves a topic its value or touches nobody eligible clears nothing",
          "[control][config][eligible][CFG-6]") {
  ConfigElectionFixture f(with_eligible_leaders());
  REQUIRE(f.set(4, "", kMinIsrKey, "2") == v1::NONE);
  CHECK(f.cluster.last_records.size() == 1);
  f.expire({1, 2});
  REQUIRE(f.now().eligible() == BrokerList{2});
  // What the topic says for itself is what held already.
  REQUIRE(f.set(2, "kept", kMinIsrKey, "2") == v1::NONE);
  CHECK(f.cluster.last_records.size() == 1);
  CHECK(f.now().eligible() == BrokerList{2});
}

TEST_CASE("an empty ISR keeps its eligible leaders whatever min.insync.replicas becomes",
          "[control][config][eligible][CFG-6][PAR-14]") {
  ConfigElectionFixture f(with_eligible_leaders());
  REQUIRE(f.set(4, "", kMinIsrKey, "2") == v1::NONE);
  f.expire({1, 2, 0});
  REQUIRE(f.now().eligible() == BrokerList{0, 2});
  REQUIRE(f.set(4, "", kMinIsrKey, "1") == v1::NONE);
  CHECK(f.now().eligible() == BrokerList{0, 2});
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  CHECK(f.now().leader == 2);
  CHECK_FALSE(f.now().recovering);
  CHECK(f.now().eligible().empty());
}

}  // namespace
}  // namespace quorate::controller
