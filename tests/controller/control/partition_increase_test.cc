// Topics get more partitions (TOP-9), and leave nothing behind when they go (TOP-11).
#include <catch2/catch.hpp>

#include "controller/control/topic_control.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

v1::ErrorCode grow(Cluster& cluster, const MorePartitions& more) {
  return cluster.decide(CreatePartitions{{more}}).answer.topics.at(0).error;
}

TEST_CASE("a topic gets more partitions and those it has stay as they are",
          "[control][topic][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(4);
  REQUIRE(cluster.create("orders", 2, 3).error == v1::NONE);
  cluster.let_expire(3);
  const Partition before = cluster.partition("orders", 1);
  REQUIRE(grow(cluster, {"orders", 5, std::nullopt}) == v1::NONE);
  CHECK(cluster.last_records.size() == 3);
  CHECK(cluster.last_rule == "TOP-9");
  CHECK(cluster.control.pending().topics.find("orders")->partitions.size() == 5);
  CHECK(cluster.partition("orders", 1) == before);
  for (std::int32_t i = 2; i < 5; ++i) {
    const Partition& added = cluster.partition("orders", i);
    CHECK(added.replicas.size() == 3);
    CHECK(added.leader == added.replicas[0]);
    CHECK(added.leader_epoch == 0);
    CHECK_FALSE(added.isr.contains(3));
  }
}

TEST_CASE("a number of partitions that is not larger is refused", "[control][topic][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(3);
  REQUIRE(cluster.create("orders", 2, 2).error == v1::NONE);
  for (const std::int32_t total : {-1, 0, 1, 2, kPartitionsPerTopicMax + 1}) {
    CHECK(grow(cluster, {"orders", total, std::nullopt}) == v1::INVALID_PARTITIONS);
  }
  CHECK(grow(cluster, {"nobody", 3, std::nullopt}) == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(grow(cluster, {"orders", 10'003, std::nullopt}) == v1::POLICY_VIOLATION);
  CHECK(cluster.last_records.empty());
}

TEST_CASE("replicas that are given for new partitions must fit", "[control][topic][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(4);
  REQUIRE(cluster.create("orders", 1, 2).error == v1::NONE);
  cluster.let_expire(3);
  using Given = std::vector<std::vector<BrokerId>>;
  for (const Given& given : {Given{{0, 1}},
                             Given{{0, 1}, {1, 2}, {2, 0}},
                             Given{{0, 1}, {0, 1, 2}},
                             Given{{0, 1}, {2, 2}},
                             Given{{0, 1}, {2, 9}},
                             Given{{0, 1}, {}}}) {
    CHECK(grow(cluster, {"orders", 3, given}) == v1::INVALID_REPLICA_ASSIGNMENT);
    CHECK(cluster.last_records.empty());
  }
  REQUIRE(grow(cluster, {"orders", 3, Given{{3, 1}, {2, 0}}}) == v1::NONE);
  CHECK(cluster.partition("orders", 1).replicas == BrokerList{3, 1});
  CHECK(cluster.partition("orders", 1).leader == 1);
  CHECK(cluster.partition("orders", 2).replicas == BrokerList{2, 0});
}

TEST_CASE("new partitions get as many replicas as the first one shall have",
          "[control][topic][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(5);
  NewTopic topic = cluster.new_topic("orders", -1, -1);
  topic.assignments = {{0, {0, 1}}};
  REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  REQUIRE(cluster.decide(AlterReassignments{.partitions = {{"orders", 0, {{2, 3, 4}}}}})
              .answer.partitions.at(0)
              .error == v1::NONE);
  REQUIRE(grow(cluster, {"orders", 2, std::nullopt}) == v1::NONE);
  CHECK(cluster.partition("orders", 1).replicas.size() == 3);
}

TEST_CASE("one topic that cannot grow does not stop the others", "[control][topic][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(2);
  REQUIRE(cluster.create("a", 1, 1).error == v1::NONE);
  REQUIRE(cluster.create("b", 1, 1).error == v1::NONE);
  const CreatePartitions command{{{"a", 1, std::nullopt}, {"b", 2, std::nullopt}}};
  const auto answers = cluster.decide(command).answer.topics;
  CHECK(answers.at(0).error == v1::INVALID_PARTITIONS);
  CHECK(answers.at(1).error == v1::NONE);
  const CreatePartitions twice{{{"a", 2, std::nullopt}, {"a", 3, std::nullopt}}};
  CHECK(cluster.decide(twice).answer.topics.at(0).error == v1::INVALID_REQUEST);
  CHECK(cluster.last_records.empty());
}

TEST_CASE("a plan of more partitions changes nothing", "[control][topic][TOP-6][TOP-9]") {
  Cluster cluster;
  cluster.start_brokers(2);
  REQUIRE(cluster.create("a", 1, 1).error == v1::NONE);
  cluster.ctx.mode = Mode::kValidateOnly;
  CHECK(grow(cluster, {"a", 4, std::nullopt}) == v1::NONE);
  CHECK(grow(cluster, {"a", 1, std::nullopt}) == v1::INVALID_PARTITIONS);
  CHECK(cluster.control.pending().topics.find("a")->partitions.size() == 1);
}

TEST_CASE("a topic that is deleted leaves nothing behind", "[control][topic][TOP-11][PAR-13]") {
  ControlOptions options;
  options.eligible_leaders = true;
  Cluster cluster(options);
  cluster.start_brokers(4);
  cluster.tick();
  NewTopic topic = cluster.new_topic("orders", -1, -1);
  topic.assignments = {{0, {0, 1}}, {1, {1, 0}}, {2, {2, 0}}};
  topic.configs = {{"min.insync.replicas", "2"}};
  REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  const AlterReassignments move{.partitions = {{"orders", 2, {{3, 0}}}}};
  REQUIRE(cluster.decide(move).answer.partitions.at(0).error == v1::NONE);
  cluster.let_expire(0);  // 1 leads what 0 led
  cluster.let_expire(1);  // and now nobody does
  const PartitionIndex& before = cluster.control.pending().topics.index();
  REQUIRE(before.leaderless().size() > 0);
  REQUIRE(before.imbalanced().size() > 0);
  REQUIRE(before.moving().size() > 0);
  REQUIRE(before.of(1).last_resort.size() > 0);

  REQUIRE(cluster.decide(DeleteTopics{{{"orders", {}}}}).answer.topics.at(0).error == v1::NONE);
  const MetadataImage& image = cluster.control.pending();
  const PartitionIndex& index = image.topics.index();
  CHECK(index.leaderless().empty());
  CHECK(index.imbalanced().empty());
  CHECK(index.moving().empty());
  CHECK(index.brokers().empty());
  CHECK(image.configs.of({ConfigResourceType::kTopic, "orders"}).size() == 0);
  REQUIRE(cluster.create("orders", 1, 1).error == v1::NONE);
  CHECK_FALSE(cluster.id("orders", 0).topic == topic.id);
}

}  // namespace
}  // namespace quorate::controller
