// How topics come and go: TOP-1..TOP-7, TOP-10.
#include "controller/control/topic_control.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

// Creating `topic` alone is refused so, and leaves no record.
void check_refused(Cluster& cluster, const NewTopic& topic, v1::ErrorCode error) {
  const auto decision = cluster.decide(CreateTopics{{topic}});
  const CreateTopicAnswer& answer = decision.answer.topics.at(0);
  INFO(answer.error_message);
  CHECK(answer.error == error);
  CHECK_FALSE(answer.error_message.empty());
  CHECK(answer.topic_id.is_none());
  CHECK(decision.batch == nullptr);
}

TEST_CASE("a new topic is written as topic then configs then partitions in one batch",
          "[control][topic][TOP-1]") {
  Cluster cluster;
  cluster.start_brokers(3);
  NewTopic topic = cluster.new_topic("orders", 2, 3);
  topic.configs = {{"min.insync.replicas", "2"}, {"retention.ms", "-1"}};
  REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics[0].error == v1::NONE);
  REQUIRE(cluster.last_records.size() == 5);
  CHECK(cluster.last_records[0].topic().name() == "orders");
  CHECK(cluster.last_records[1].config().name() == "min.insync.replicas");
  CHECK(cluster.last_records[2].config().name() == "retention.ms");
  CHECK(cluster.last_records[3].partition().partition() == 0);
  CHECK(cluster.last_records[4].partition().partition() == 1);
}

TEST_CASE("one bad topic does not stop the others of its request", "[control][topic][TOP-1]") {
  Cluster cluster;
  cluster.start_brokers(2);
  const auto decision = cluster.decide(CreateTopics{
      {cluster.new_topic("a", 1, 2), cluster.new_topic("b", 1, 3), cluster.new_topic("c", 2, 1)}});
  REQUIRE(decision.answer.topics.size() == 3);
  CHECK(decision.answer.topics[0].error == v1::NONE);
  CHECK(decision.answer.topics[1].error == v1::INVALID_REPLICATION_FACTOR);
  CHECK(decision.answer.topics[2].error == v1::NONE);
  CHECK(cluster.control.pending().topics.size() == 2);
}

TEST_CASE("a new partition is in sync where it is active and led by the first of those",
          "[control][topic][TOP-2]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.let_expire(1);
  REQUIRE(cluster.create("orders", 4, 3).error == v1::NONE);
  for (std::int32_t i = 0; i < 4; ++i) {
    const Partition& partition = cluster.partition("orders", i);
    CHECK(partition.replicas.size() == 3);
    CHECK(partition.isr == partition.replicas.without(1));
    CHECK(partition.leader == partition.replicas[0]);
    CHECK(partition.leader_epoch == 0);
    CHECK(partition.partition_epoch == 0);
    CHECK_FALSE(partition.recovering);
  }
  cluster.let_expire(0);
  cluster.let_expire(2);
  check_refused(cluster, cluster.new_topic("b", 1, 1), v1::INVALID_REPLICATION_FACTOR);
  NewTopic manual = cluster.new_topic("c", -1, -1);
  manual.assignments = {{0, {0, 1}}};
  check_refused(cluster, manual, v1::INVALID_REPLICA_ASSIGNMENT);
}

TEST_CASE("counts take the cluster's defaults or are refused", "[control][topic][TOP-3]") {
  Cluster cluster(ControlOptions{.default_partitions = 4, .default_replication_factor = 2});
  cluster.start_brokers(2);
  const CreateTopicAnswer answer = cluster.create("orders", -1, -1);
  CHECK(answer.error == v1::NONE);
  CHECK(answer.partitions == 4);
  CHECK(answer.replication_factor == 2);
  check_refused(cluster, cluster.new_topic("a", 0, 1), v1::INVALID_PARTITIONS);
  check_refused(cluster, cluster.new_topic("a", -2, 1), v1::INVALID_PARTITIONS);
  check_refused(cluster, cluster.new_topic("a", 1, 0), v1::INVALID_REPLICATION_FACTOR);
  check_refused(cluster, cluster.new_topic("a", 1, -2), v1::INVALID_REPLICATION_FACTOR);
  check_refused(cluster, cluster.new_topic("a", 1, 3), v1::INVALID_REPLICATION_FACTOR);
  Cluster empty;
  check_refused(empty, empty.new_topic("a", 1, 1), v1::INVALID_REPLICATION_FACTOR);
}

TEST_CASE("a manual assignment is taken as it is or refused", "[control][topic][TOP-4][C18]") {
  Cluster cluster;
  cluster.start_brokers(3);
  const auto manual = [&](std::vector<ManualAssignment> assignments) {
    NewTopic topic = cluster.new_topic("manual", -1, -1);
    topic.assignments = std::move(assignments);
    return topic;
  };
  constexpr v1::ErrorCode kBad = v1::INVALID_REPLICA_ASSIGNMENT;
  NewTopic counted = manual({{0, {0}}});
  counted.partitions = 1;
  check_refused(cluster, counted, v1::INVALID_REQUEST);
  check_refused(cluster, manual({{1, {0}}}), kBad);
  check_refused(cluster, manual({{0, {0}}, {2, {0}}}), kBad);
  check_refused(cluster, manual({{0, {0}}, {0, {1}}}), kBad);
  check_refused(cluster, manual({{0, {0, 0}}}), kBad);
  check_refused(cluster, manual({{0, {}}}), kBad);
  check_refused(cluster, manual({{0, {0, 9}}}), kBad);
  check_refused(cluster, manual({{0, {0, 1}}, {1, {0}}}), kBad);
  check_refused(cluster, manual({{-1, {0}}, {0, {0}}}), kBad);
  const auto taken = cluster.decide(CreateTopics{{manual({{1, {2, 0}}, {0, {1, 2}}})}});
  REQUIRE(taken.answer.topics[0].error == v1::NONE);
  CHECK(taken.answer.topics[0].partitions == 2);
  CHECK(taken.answer.topics[0].replication_factor == 2);
  CHECK(cluster.partition("manual", 0).replicas == BrokerList{1, 2});
  CHECK(cluster.partition("manual", 1).replicas == BrokerList{2, 0});
}

TEST_CASE("a name that cannot be is refused", "[control][topic][TOP-5][X12]") {
  Cluster cluster;
  cluster.start_brokers(1);
  const std::string bad[] = {"",
                             ".",
                             "..",
                             std::string(250, 'a'),
                             "a/b",
                             "a b",
                             "../a",
                             "a\n",
                             std::string("a\0b", 3),
                             "%s%n",
                             "caf\xc3\xa9",
                             "\xff\xfe"};
  for (const std::string& name : bad) {
    check_refused(cluster, cluster.new_topic(name, 1, 1), v1::INVALID_TOPIC_EXCEPTION);
  }
  check_refused(cluster, cluster.new_topic("__cluster_metadata", 1, 1), v1::INVALID_REQUEST);
  CHECK(cluster.create(std::string(249, 'a'), 1, 1).error == v1::NONE);
  CHECK(cluster.create("a.b_c", 1, 1).error == v1::NONE);
  check_refused(cluster, cluster.new_topic("a.b_c", 1, 1), v1::TOPIC_ALREADY_EXISTS);
  check_refused(cluster, cluster.new_topic("a_b.c", 1, 1), v1::INVALID_TOPIC_EXCEPTION);
  const auto twice =
      cluster.decide(CreateTopics{{cluster.new_topic("t", 1, 1), cluster.new_topic("t", 2, 1)}});
  for (const CreateTopicAnswer& answer : twice.answer.topics) {
    CHECK(answer.error == v1::INVALID_REQUEST);
  }
  const auto colliding = cluster.decide(
      CreateTopics{{cluster.new_topic("x.y", 1, 1), cluster.new_topic("x_y", 1, 1)}});
  CHECK(colliding.answer.topics[0].error == v1::NONE);
  CHECK(colliding.answer.topics[1].error == v1::INVALID_TOPIC_EXCEPTION);
}

TEST_CASE("a config that cannot be is refused with its key", "[control][topic][TOP-8][C22]") {
  Cluster cluster;
  cluster.start_brokers(1);
  const auto check = [&](std::vector<ConfigSetting> configs, const std::string& words) {
    NewTopic topic = cluster.new_topic("t", 1, 1);
    topic.configs = std::move(configs);
    const auto decision = cluster.decide(CreateTopics{{topic}});
    CHECK(decision.answer.topics[0].error == v1::INVALID_CONFIG);
    CHECK_THAT(decision.answer.topics[0].error_message, Catch::Contains(words));
    CHECK(decision.batch == nullptr);
  };
  check({{"retention.sm", "1"}}, "retention.ms");
  check({{"min.insync.replicas", "none"}}, "min.insync.replicas");
  check({{"retention.ms", std::nullopt}}, "retention.ms");
  check({{"retention.ms", "1"}, {"retention.ms", "2"}}, "twice");
}

TEST_CASE("validating only gives the same verdict and writes nothing", "[control][topic][TOP-6]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.ctx.mode = Mode::kValidateOnly;
  cluster.ctx.request_id = "plan";
  const CreateTopics command{{cluster.new_topic("a", 3, 2), cluster.new_topic("b", 3, 9)}};
  const auto plan = cluster.decide(command);
  CHECK(plan.batch == nullptr);
  CHECK(cluster.control.pending().topics.size() == 0);
  cluster.ctx.mode = Mode::kCommit;
  const auto real = cluster.decide(command);
  CHECK(real.batch != nullptr);
  CHECK_FALSE(real.first_answer.has_value());
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(plan.answer.topics[i].error == real.answer.topics[i].error);
    CHECK(plan.answer.topics[i].partitions == real.answer.topics[i].partitions);
  }
}

TEST_CASE("a request for too much is refused politely", "[control][topic][TOP-7]") {
  Cluster cluster(ControlOptions{.request_records_max = 100});
  cluster.start_brokers(1);
  check_refused(cluster, cluster.new_topic("huge", 2'000'000'000, 1), v1::POLICY_VIOLATION);
  check_refused(cluster, cluster.new_topic("big", 100, 1), v1::POLICY_VIOLATION);
  const auto some = cluster.decide(CreateTopics{{cluster.new_topic("a", 59, 1),
                                                 cluster.new_topic("b", 40, 1),
                                                 cluster.new_topic("c", 39, 1)}});
  CHECK(some.answer.topics[0].error == v1::NONE);
  CHECK(some.answer.topics[1].error == v1::POLICY_VIOLATION);
  CHECK(some.answer.topics[2].error == v1::NONE);
}

TEST_CASE("a topic is deleted by name or by id but never by both", "[control][topic][TOP-10]") {
  Cluster cluster;
  cluster.start_brokers(2);
  const Uuid orders = cluster.create("orders", 3, 2).topic_id;
  const Uuid others = cluster.create("others", 3, 2).topic_id;
  const auto answers = cluster
                           .decide(DeleteTopics{{{"orders", {}},
                                                 {"", others},
                                                 {"", {5, 5}},
                                                 {"nobody", {}},
                                                 {"orders", orders},
                                                 {"", {}}}})
                           .answer.topics;
  CHECK(answers[0].error == v1::NONE);
  CHECK(answers[0].id == orders);
  CHECK(answers[1].error == v1::NONE);
  CHECK(answers[1].name == "others");
  CHECK(answers[2].error == v1::UNKNOWN_TOPIC_ID);
  CHECK(answers[3].error == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(answers[4].error == v1::INVALID_REQUEST);
  CHECK(answers[5].error == v1::INVALID_REQUEST);
  CHECK(cluster.last_records.size() == 2);
  CHECK(cluster.control.pending().topics.size() == 0);
  CHECK(cluster.control.pending().topics.index().brokers().empty());
  CHECK(cluster.create("orders", 1, 1).topic_id != orders);
}

TEST_CASE("a topic meant twice in one request is not deleted", "[control][topic][TOP-10]") {
  Cluster cluster;
  cluster.start_brokers(1);
  const Uuid orders = cluster.create("orders", 1, 1).topic_id;
  const auto answers = cluster.decide(DeleteTopics{{{"orders", {}}, {"", orders}}}).answer.topics;
  CHECK(answers[0].error == v1::INVALID_REQUEST);
  CHECK(answers[1].error == v1::INVALID_REQUEST);
  CHECK(cluster.control.pending().topics.size() == 1);
}

TEST_CASE("deletion can be forbidden", "[control][topic][TOP-10]") {
  Cluster cluster(ControlOptions{.delete_topic_enable = false});
  cluster.start_brokers(1);
  cluster.create("orders", 1, 1);
  const auto answers = cluster.decide(DeleteTopics{{{"orders", {}}, {"none", {}}}}).answer.topics;
  CHECK(answers[0].error == v1::TOPIC_DELETION_DISABLED);
  CHECK(answers[1].error == v1::TOPIC_DELETION_DISABLED);  // nothing is learnt of what exists
}

}  // namespace
}  // namespace quorate::controller
