// Partitions are moved to other replicas: RAS-1 to RAS-5, RAS-8, RAS-9, ISR-13.
#include "controller/control/reassignment.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/moves.h"

namespace quorate::controller {
namespace {

using namespace testing;

TEST_CASE("a partition that is moved has its target first and the rest behind it",
          "[control][reassignment][RAS-1][PAR-1]") {
  Moves cluster({3, 1, 0});
  REQUIRE(cluster.move_to({5, 1, 4}) == v1::NONE);
  CHECK(cluster.text() == "[5,1,4,0,3] +[4,5] -[0,3] of [3,1,0]");
  CHECK(cluster.now().isr == BrokerList{3, 1, 0});
  CHECK(cluster.now().leader == 3);
  CHECK(cluster.now().leader_epoch == 0);
  CHECK(cluster.now().partition_epoch == 1);
  CHECK(cluster.last_records.size() == 1);
  CHECK(cluster.last_rule == "RAS-1");
}

TEST_CASE("a reassignment is complete exactly when all of its target are in sync",
          "[control][reassignment][RAS-2][PAR-8]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.sync({0}) == v1::NONE);
  REQUIRE(cluster.move_to({1, 2}) == v1::NONE);
  REQUIRE(cluster.sync({0, 2}) == v1::NONE);  // all that are added, yet 1 is missing
  CHECK(cluster.text() == "[1,2,0] +[2] -[0] of [0,1]");
  const std::int32_t epoch = cluster.now().leader_epoch;
  REQUIRE(cluster.sync({0, 1, 2}) == v1::NEW_LEADER_ELECTED);
  CHECK(cluster.text() == "[1,2]");
  CHECK(cluster.now().isr == BrokerList{1, 2});
  CHECK(cluster.now().leader_epoch == epoch + 1);
}

TEST_CASE("a leader that is not of the target hands over as its proposal stands",
          "[control][reassignment][isr][RAS-3][ISR-13]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.move_to({3, 2}) == v1::NONE);
  const auto decision = cluster.decide(cluster.proposal("t", 0, {0, 1, 2, 3}));
  const AlterPartitionItemAnswer& answer = decision.answer.partitions.at(0);
  CHECK(answer.error == v1::NEW_LEADER_ELECTED);
  CHECK(cluster.last_records.size() == 1);
  CHECK(answer.leader == 3);
  CHECK(answer.leader_epoch == 1);
  CHECK(cluster.text() == "[3,2]");
  CHECK(cluster.now().leader == 3);
  CHECK(cluster.now().isr == BrokerList{2, 3});
}

TEST_CASE("a leader that stays is answered the state after the reassignment",
          "[control][reassignment][isr][RAS-2][ISR-12]") {
  Moves cluster({0, 1, 2});
  REQUIRE(cluster.move_to({0, 3}) == v1::NONE);
  const auto decision = cluster.decide(cluster.proposal("t", 0, {0, 1, 2, 3}));
  const AlterPartitionItemAnswer& answer = decision.answer.partitions.at(0);
  CHECK(answer.error == v1::NONE);
  CHECK(answer.leader == 0);
  CHECK(answer.isr == std::vector<BrokerId>{0, 3});
  CHECK(answer.leader_epoch == 1);  // replicas have gone
  CHECK(answer.partition_epoch == 2);
}

TEST_CASE("nobody leads rather than a replica that was removed", "[control][reassignment][RAS-3]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.sync({0}) == v1::NONE);
  // What 1 leads is handed over; it stays in this ISR as the only one that is left.
  REQUIRE(cluster.sync({0, 1}) == v1::NONE);
  BrokerRegistration broker = *cluster.committed.cluster.find(1);
  broker.in_controlled_shutdown = true;
  cluster.committed.cluster.put(broker);
  cluster.control.reset(cluster.committed);
  REQUIRE(cluster.move_to({1}) == v1::NONE);
  CHECK(cluster.text() == "[1]");
  CHECK(cluster.now().isr == BrokerList{1});
  CHECK(cluster.now().leader == kNoBroker);
}

TEST_CASE("a reorder and a removal are complete in the record that begins them",
          "[control][reassignment][RAS-4][PAR-8]") {
  Moves cluster({0, 1, 2});
  REQUIRE(cluster.move_to({2, 0, 1}) == v1::NONE);
  CHECK(cluster.text() == "[2,0,1]");
  CHECK(cluster.now().leader == 0);
  CHECK(cluster.now().leader_epoch == 0);
  CHECK(cluster.now().partition_epoch == 1);
  REQUIRE(cluster.move_to({2, 1}) == v1::NONE);
  CHECK(cluster.text() == "[2,1]");
  CHECK(cluster.now().leader == 2);
  CHECK(cluster.now().leader_epoch == 1);
  REQUIRE(cluster.move_to({1}) == v1::NONE);
  CHECK(cluster.now().leader == 1);
  CHECK(cluster.now().isr == BrokerList{1});
}

TEST_CASE("a removal waits for the replicas that remain", "[control][reassignment][RAS-2][RAS-4]") {
  Moves cluster({0, 1, 2});
  REQUIRE(cluster.sync({0, 2}) == v1::NONE);
  REQUIRE(cluster.move_to({0, 1}) == v1::NONE);
  CHECK(cluster.text() == "[0,1,2] -[2] of [0,1,2]");
  CHECK(cluster.now().isr == BrokerList{0, 2});
  REQUIRE(cluster.sync({0, 1}) == v1::NONE);
  CHECK(cluster.text() == "[0,1]");
}

TEST_CASE("a reassignment overrides the one before and keeps what may be in sync",
          "[control][reassignment][RAS-5]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  REQUIRE(cluster.sync({0, 1, 2}) == v1::NONE);
  REQUIRE(cluster.move_to({4, 3}) == v1::NONE);
  CHECK(cluster.text() == "[4,3,0,1,2] +[3,4] -[0,1,2] of [0,1]");
  CHECK(cluster.now().isr == BrokerList{0, 1, 2});
  REQUIRE(cluster.sync({0, 1, 2, 3, 4}) == v1::NEW_LEADER_ELECTED);
  CHECK(cluster.text() == "[4,3]");
}

TEST_CASE("an override leaves nothing of the sets before it", "[control][reassignment][RAS-7]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  SECTION("all of both are wanted: nobody is removed in the end") {
    REQUIRE(cluster.move_to({0, 1, 2, 3}) == v1::NONE);
    CHECK(cluster.text() == "[0,1,2,3] +[2,3] of [0,1]");
    REQUIRE(cluster.sync({0, 1, 2, 3}) == v1::NONE);
    CHECK(cluster.text() == "[0,1,2,3]");
  }
  SECTION("those that were there are wanted: it is over") {
    REQUIRE(cluster.move_to({0, 1}) == v1::NONE);
    CHECK(cluster.text() == "[0,1]");
  }
  SECTION("those that were there are wanted, and one is not in sync: it waits for that one") {
    REQUIRE(cluster.sync({0}) == v1::NONE);
    REQUIRE(cluster.move_to({1, 0}) == v1::NONE);
    CHECK(cluster.text() == "[1,0,2,3] -[2,3] of [0,1]");
  }
}

TEST_CASE("asking again for the same writes nothing", "[control][reassignment][PAR-9]") {
  Moves cluster({0, 1});
  CHECK(cluster.move_to({0, 1}) == v1::NONE);
  CHECK(cluster.last_records.empty());
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  CHECK(cluster.move_to({2, 3}) == v1::NONE);
  CHECK(cluster.last_records.empty());
}

TEST_CASE("a target that cannot be is refused and does not stop the others",
          "[control][reassignment][RAS-8]") {
  Moves cluster({0, 1});
  cluster.let_expire(2);
  const auto answers = cluster
                           .decide(AlterReassignments{.partitions = {{"t", 1, {{2}}},
                                                                     {"u", 0, {{2}}},
                                                                     {"t", 0, {{2, 3}}},
                                                                     {"t", -1, {{2}}}}})
                           .answer.partitions;
  CHECK(answers.at(0).error == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(answers.at(1).error == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(answers.at(2).error == v1::NONE);  // 2 is fenced, and may be
  CHECK(answers.at(3).error == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(cluster.move_to({}) == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(cluster.move_to({4, 4}) == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(cluster.move_to({4, 7}) == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(cluster.move_to({4, -1}) == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(cluster.text() == "[2,3,0,1] +[2,3] -[0,1] of [0,1]");
  const AlterReassignments twice{.partitions = {{"t", 0, {{4}}}, {"t", 0, {{5}}}}};
  CHECK(cluster.ask(twice) == v1::INVALID_REQUEST);
  CHECK(cluster.last_records.empty());
}

TEST_CASE("another replication factor is refused where it was not to change",
          "[control][reassignment][RAS-8]") {
  Moves cluster({0, 1});
  const auto keeping = [](const std::vector<BrokerId>& target) {
    return AlterReassignments{FactorChange::kRefused, {{"t", 0, target}}};
  };
  CHECK(cluster.ask(keeping({2})) == v1::INVALID_REPLICATION_FACTOR);
  REQUIRE(cluster.ask(keeping({2, 3})) == v1::NONE);
  // What it shall have counts, not what it holds meanwhile.
  CHECK(cluster.ask(keeping({2, 3, 4, 5})) == v1::INVALID_REPLICATION_FACTOR);
  CHECK(cluster.ask(keeping({4, 5})) == v1::NONE);
  CHECK(cluster.move_to({1, 2, 3}) == v1::NONE);
}

TEST_CASE("no more is moved at a time than one request may write", "[control][reassignment]") {
  Cluster cluster(ControlOptions{.request_records_max = 2});
  cluster.start_brokers(3);
  REQUIRE(cluster.create("a", 1, 1).error == v1::NONE);
  REQUIRE(cluster.create("b", 1, 1).error == v1::NONE);
  REQUIRE(cluster.create("c", 1, 1).error == v1::NONE);
  AlterReassignments command;
  for (const char* topic : {"a", "b", "c"})
    command.partitions.push_back({topic, 0, {{0, 1, 2}}});
  const auto answers = cluster.decide(command).answer.partitions;
  CHECK(answers.at(1).error == v1::NONE);
  CHECK(answers.at(2).error == v1::POLICY_VIOLATION);
  CHECK(cluster.last_records.size() == 2);
}

TEST_CASE("what is being moved is listed until it is there", "[control][reassignment][RAS-9]") {
  Moves cluster({0, 1});
  NewTopic other = cluster.new_topic("a", 3, 2);
  cluster.decide(CreateTopics{{other}});
  CHECK(reassignments_under_way(cluster.committed).empty());
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  REQUIRE(cluster.ask({.partitions = {{"a", 1, {{4, 5, 6}}}}}) == v1::NONE);
  const auto all = reassignments_under_way(cluster.committed);
  REQUIRE(all.size() == 2);
  CHECK(all.at(0) == cluster.id("a", 1));
  CHECK(all.at(1) == cluster.id("t", 0));
  REQUIRE(cluster.sync({0, 2, 3}) == v1::NEW_LEADER_ELECTED);
  CHECK(reassignments_under_way(cluster.committed).size() == 1);
  cluster.decide(DeleteTopics{{{"a", {}}}});
  CHECK(reassignments_under_way(cluster.committed).empty());
}

}  // namespace
}  // namespace quorate::controller
