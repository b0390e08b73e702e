// What operators want of brokers: recorded and kept. OPS-1, OPS-2.
#include "controller/control/operator_control.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"
#include "tests/controller/control/standby.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct OperatorControlFixture {
  OperatorControlFixture() { cluster.start_brokers(4); }

  AlterBrokerAnswer ask(BrokerId id, BrokerAction action) {
    return cluster.decide(AlterBroker{id, action}).answer;
  }
  bool is_cordoned(BrokerId id) {
    return cluster.control.pending().cluster.find(id)->intent.cordoned;
  }
  bool holds_nothing(BrokerId id) {
    return cluster.control.pending().topics.index().of(id).replicas.empty();
  }
  CreateTopicAnswer create_on(const std::vector<BrokerId>& brokers, Cordons cordons) {
    NewTopic topic = cluster.new_topic("manual", -1, -1);
    topic.assignments = {{0, brokers}};
    return cluster.decide(CreateTopics{{topic}, cordons}).answer.topics.at(0);
  }
  MorePartitionsAnswer grow(const std::string& topic, MorePartitions more, Cordons cordons) {
    more.topic = topic;
    return cluster.decide(CreatePartitions{{more}, cordons}).answer.topics.at(0);
  }
  ReassignmentItemAnswer move(const std::vector<BrokerId>& target, Cordons cordons) {
    AlterReassignments command;
    command.partitions = {{"orders", 0, target}};
    command.cordons = cordons;
    return cluster.decide(command).answer.partitions.at(0);
  }

  Cluster cluster;
};

TEST_CASE("nothing is placed on a cordoned broker and what it has stays",
          "[control][operator][OPS-1]") {
  OperatorControlFixture f;
  f.cluster.create("before", 8, 3);
  const auto held = f.cluster.control.pending().topics.index().of(3).replicas.size();
  REQUIRE(held > 0);
  REQUIRE(f.ask(3, BrokerAction::kCordon).error == v1::NONE);
  CHECK(f.cluster.last_rule == "OPS-1");
  CHECK(f.cluster.last_records.size() == 1);
  REQUIRE(f.cluster.create("after", 8, 3).error == v1::NONE);
  REQUIRE(f.grow("before", {{}, 12, std::nullopt}, Cordons::kOverridden).error == v1::NONE);
  CHECK(f.cluster.control.pending().topics.index().of(3).replicas.size() == held);
  REQUIRE(f.ask(3, BrokerAction::kUncordon).error == v1::NONE);
  REQUIRE(f.cluster.create("later", 8, 3).error == v1::NONE);
  CHECK(f.cluster.control.pending().topics.index().of(3).replicas.size() > held);
}

TEST_CASE("a factor that the brokers without a cordon do not reach is refused in these words",
          "[control][operator][OPS-1]") {
  OperatorControlFixture f;
  REQUIRE(f.ask(0, BrokerAction::kCordon).error == v1::NONE);
  const CreateTopicAnswer refused = f.cluster.create("wide", 1, 4);
  CHECK(refused.error == v1::INVALID_REPLICATION_FACTOR);
  CHECK_THAT(refused.error_message, Catch::Contains("3 registered brokers that are not cordoned"));
  for (const BrokerId id : {1, 2, 3})
    REQUIRE(f.ask(id, BrokerAction::kCordon).error == v1::NONE);
  CHECK(f.cluster.create("narrow", 1, 1).error == v1::INVALID_REPLICATION_FACTOR);
}

TEST_CASE("a list that names a cordoned broker is refused unless the request overrides that",
          "[control][operator][OPS-1]") {
  OperatorControlFixture f;
  REQUIRE(f.ask(3, BrokerAction::kCordon).error == v1::NONE);
  const CreateTopicAnswer refused = f.create_on({3, 1}, Cordons::kRespected);
  CHECK(refused.error == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK_THAT(refused.error_message, Catch::Contains("broker 3, which is cordoned"));
  CHECK(f.create_on({3, 1}, Cordons::kOverridden).error == v1::NONE);
  const MorePartitions more{{}, 2, {{{3, 2}}}};
  CHECK(f.grow("manual", more, Cordons::kRespected).error == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(f.grow("manual", more, Cordons::kOverridden).error == v1::NONE);
}

TEST_CASE("a partition is moved to a cordoned broker only when it is there already or by override",
          "[control][operator][OPS-1]") {
  OperatorControlFixture f;
  NewTopic topic = f.cluster.new_topic("orders", -1, -1);
  topic.assignments = {{0, {3, 1, 2}}};
  REQUIRE(f.cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  for (const BrokerId id : {0, 3})
    REQUIRE(f.ask(id, BrokerAction::kCordon).error == v1::NONE);
  const ReassignmentItemAnswer refused = f.move({0, 1}, Cordons::kRespected);
  CHECK(refused.error == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK_THAT(refused.error_message, Catch::Contains("broker 0 of the target is cordoned"));
  CHECK(f.move({1, 3}, Cordons::kRespected).error == v1::NONE);
  CHECK(f.move({0, 1}, Cordons::kOverridden).error == v1::NONE);
}

TEST_CASE("what is wanted of a broker outlives its process and the active controller",
          "[control][operator][OPS-2][BRK-4]") {
  OperatorControlFixture f;
  REQUIRE(f.ask(2, BrokerAction::kCordon).error == v1::NONE);
  RegisterBroker again = f.cluster.registration(2);
  again.endpoints[0].port = 9099;
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  CHECK(f.is_cordoned(2));
  f.cluster.let_expire(2);
  again.incarnation = {9, 9};
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  REQUIRE_FALSE(f.cluster.heartbeat(2).fenced);
  CHECK(f.is_cordoned(2));
  Standby standby;
  f.cluster.committed = standby.restored(f.cluster);
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  CHECK(f.is_cordoned(2));
  f.cluster.create("after", 4, 3);
  CHECK(f.holds_nothing(2));
}

TEST_CASE("what is wanted of a broker goes with its registration", "[control][operator][OPS-2]") {
  OperatorControlFixture f;
  REQUIRE(f.ask(2, BrokerAction::kCordon).error == v1::NONE);
  REQUIRE(f.cluster.decide(UnregisterBroker{2}).answer.error == v1::NONE);
  const AlterBrokerAnswer refused = f.ask(2, BrokerAction::kUncordon);
  CHECK(refused.error == v1::BROKER_ID_NOT_REGISTERED);
  CHECK(refused.error_message == "broker 2 is not registered");
  REQUIRE(f.cluster.decide(f.cluster.registration(2)).answer.error == v1::NONE);
  CHECK_FALSE(f.is_cordoned(2));
}

TEST_CASE("what is so already changes nothing", "[control][operator][OPS-2]") {
  OperatorControlFixture f;
  REQUIRE(f.ask(1, BrokerAction::kUncordon).error == v1::NONE);
  CHECK(f.cluster.last_records.empty());
  REQUIRE(f.ask(1, BrokerAction::kCordon).error == v1::NONE);
  REQUIRE(f.ask(1, BrokerAction::kCordon).error == v1::NONE);
  CHECK(f.cluster.last_records.empty());
}

}  // namespace
}  // namespace quorate::controller
