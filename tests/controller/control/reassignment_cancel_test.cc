// A reassignment is taken back: RAS-6, RAS-7; and what becomes of one when brokers go.
#include <catch2/catch.hpp>

#include "controller/control/reassignment.h"
#include "tests/controller/control/moves.h"

namespace quorate::controller {
namespace {

using namespace testing;

TEST_CASE("a cancel brings back the replicas as they were and in their order",
          "[control][reassignment][RAS-6][RAS-7][PAR-8]") {
  Moves cluster({3, 2, 1});
  REQUIRE(cluster.move_to({0, 2, 1}) == v1::NONE);
  REQUIRE(cluster.sync({3, 2, 0}) == v1::NONE);
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[3,2,1]");
  CHECK(cluster.now().isr == BrokerList{3, 2});
  CHECK(cluster.now().leader == 3);
  CHECK(cluster.now().leader_epoch == 1);  // 0 has gone
  CHECK(cluster.last_records.size() == 1);
}

TEST_CASE("a cancel of a move to more replicas brings back their order too",
          "[control][reassignment][RAS-7]") {
  Moves cluster({4, 3, 2});
  REQUIRE(cluster.move_to({1, 2, 3, 4, 0}) == v1::NONE);
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[4,3,2]");
}

TEST_CASE("a cancel after an override brings back what was there first",
          "[control][reassignment][RAS-7]") {
  Moves cluster({1, 0});
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  REQUIRE(cluster.move_to({4, 5}) == v1::NONE);
  CHECK(cluster.text() == "[4,5,0,1,2,3] +[4,5] -[0,1,2,3] of [1,0]");
  REQUIRE(cluster.sync({1, 0, 2, 5}) == v1::NONE);
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[1,0]");
  CHECK(cluster.now().isr == BrokerList{1, 0});
}

TEST_CASE("a cancel of a removal alone changes no leader epoch",
          "[control][reassignment][RAS-6][PAR-8]") {
  Moves cluster({0, 1, 2});
  REQUIRE(cluster.sync({0, 2}) == v1::NONE);
  REQUIRE(cluster.move_to({0, 1}) == v1::NONE);
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[0,1,2]");
  CHECK(cluster.now().leader_epoch == 0);
}

TEST_CASE("there is nothing to cancel where nothing is under way",
          "[control][reassignment][RAS-6]") {
  Moves cluster({0, 1});
  CHECK(cluster.cancel() == v1::NO_REASSIGNMENT_IN_PROGRESS);
  CHECK(cluster.ask({.partitions = {{"t", 7, std::nullopt}}}) == v1::UNKNOWN_TOPIC_OR_PARTITION);
  REQUIRE(cluster.move_to({2}) == v1::NONE);
  REQUIRE(cluster.sync({0, 2}) == v1::NEW_LEADER_ELECTED);
  CHECK(cluster.cancel() == v1::NO_REASSIGNMENT_IN_PROGRESS);
}

// Only 2, which is being added, is in sync and leads.
void leave_to_the_added(Moves& cluster) {
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  REQUIRE(cluster.sync({0, 2}) == v1::NONE);
  cluster.let_expire(0);
  REQUIRE(cluster.sync({2}) == v1::NONE);
  REQUIRE(cluster.now().leader == 2);
}

TEST_CASE("a cancel that would lose what was acknowledged is refused",
          "[control][reassignment][RAS-6]") {
  Moves cluster({0, 1});
  leave_to_the_added(cluster);
  const std::string before = cluster.text();
  CHECK(cluster.cancel() == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(cluster.last_records.empty());
  CHECK(cluster.text() == before);
}

TEST_CASE("a cancel may lose it where unclean elections are allowed",
          "[control][reassignment][RAS-6][ELE-3]") {
  Moves cluster({0, 1}, {{"unclean.leader.election.enable", "true"}});
  leave_to_the_added(cluster);
  SECTION("an active replica leads and is recovering") {
    REQUIRE(cluster.cancel() == v1::NONE);
    CHECK(cluster.text() == "[0,1]");
    CHECK(cluster.now().isr == BrokerList{1});
    CHECK(cluster.now().leader == 1);
    CHECK(cluster.now().recovering);
  }
  SECTION("without one it is refused all the same") {
    cluster.let_expire(1);
    CHECK(cluster.cancel() == v1::INVALID_REPLICA_ASSIGNMENT);
  }
}

TEST_CASE("a cancel gives the lead to who is left in sync", "[control][reassignment][RAS-6]") {
  Moves cluster({0, 1});
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  REQUIRE(cluster.sync({0, 1, 2}) == v1::NONE);
  cluster.let_expire(0);
  REQUIRE(cluster.now().leader == 2);  // first in the order of the target
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[0,1]");
  CHECK(cluster.now().leader == 1);
  CHECK(cluster.now().isr == BrokerList{1});
}

TEST_CASE("an unclean election takes one that is only being added last",
          "[control][reassignment][ELE-3]") {
  Moves cluster({0, 1}, {{"unclean.leader.election.enable", "true"}});
  REQUIRE(cluster.sync({0}) == v1::NONE);
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  cluster.let_expire(0);
  CHECK(cluster.now().leader == 1);
  CHECK(cluster.now().recovering);
  cluster.let_expire(1);
  CHECK(cluster.now().leader == 2);
  CHECK(cluster.now().isr == BrokerList{2});
}

TEST_CASE("an election that puts the whole target in sync completes it",
          "[control][reassignment][RAS-2]") {
  Moves cluster({0}, {{"unclean.leader.election.enable", "true"}});
  REQUIRE(cluster.move_to({2}) == v1::NONE);
  cluster.let_expire(0);
  CHECK(cluster.text() == "[2]");
  CHECK(cluster.now().leader == 2);
  CHECK(cluster.now().leader_epoch == 1);
  CHECK(cluster.now().recovering);
}

TEST_CASE("where nobody leads a reassignment brings a leader if uncleanness is allowed",
          "[control][reassignment][ELE-8]") {
  const bool is_allowed = GENERATE(true, false);
  Moves cluster({0}, {{"unclean.leader.election.enable", is_allowed ? "true" : "false"}});
  cluster.let_expire(0);
  REQUIRE(cluster.now().leader == kNoBroker);
  REQUIRE(cluster.move_to({1, 2}) == v1::NONE);
  CHECK(cluster.now().leader == (is_allowed ? 1 : kNoBroker));
  CHECK(cluster.now().recovering == is_allowed);
  CHECK(cluster.text() == "[1,2,0] +[1,2] -[0] of [0]");
}

TEST_CASE("another active controller takes a reassignment back as well",
          "[control][reassignment][RAS-7]") {
  Moves cluster({1, 0});
  REQUIRE(cluster.move_to({2, 3}) == v1::NONE);
  cluster.control.claim(cluster.committed, cluster.ctx.now_ms);
  REQUIRE(cluster.cancel() == v1::NONE);
  CHECK(cluster.text() == "[1,0]");
}

TEST_CASE("a cancel that would take the last leader out of the replicas is refused",
          "[control][reassignment][eligible][RAS-6][ELE-5]") {
  Moves f({0});
  const FeatureUpdate kept{kEligibleLeadersFeature, 1, FeatureChange::kUpgrade};
  REQUIRE(f.decide(UpdateFeatures{{kept}}).answer.error == v1::NONE);
  const auto lose = [&f](BrokerId id) {
    f.let_expire(id);
    RegisterBroker again = f.registration(id);
    again.incarnation = {9, static_cast<std::uint64_t>(id)};
    REQUIRE(f.decide(again).answer.error == v1::NONE);
  };
  lose(0);
  REQUIRE(f.move_to({2, 3}) == v1::NONE);
  const ElectLeaders unclean{ElectionType::kUnclean, {{{"t", 0}}}};
  REQUIRE(f.decide(unclean).answer.partitions.at(0).error == v1::NONE);
  REQUIRE(f.now().leader == 2);
  lose(2);
  REQUIRE(f.now().isr.empty());
  REQUIRE(f.now().eligible().empty());
  REQUIRE(f.now().last_known_leader() == 2);
  CHECK(f.cancel() == v1::INVALID_REPLICA_ASSIGNMENT);
  CHECK(f.now().replicas.contains(2));
  // Once it is back it leads, and has its records.
  REQUIRE_FALSE(f.heartbeat(2).fenced);
  CHECK(f.now().leader == 2);
}

}  // namespace
}  // namespace quorate::controller
