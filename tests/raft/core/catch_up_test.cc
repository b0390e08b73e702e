// New voters listen until they have caught up, or the change is taken back.
#include "raft/core/catch_up.h"

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("a learner is ready when a round of replication is shorter than an election timeout",
          "[raft][catch_up][P79]") {
  CatchUp learner(replica(4), /*last=*/Index{100}, /*now=*/0);
  learner.on_match(Index{99}, Index{140}, 30, /*round_ticks_max=*/10);
  CHECK_FALSE(learner.is_done());
  CHECK(learner.round_end() == Index{100});
  learner.on_match(Index{100}, Index{150}, 31, 10);  // took 31 ticks: too slow, another round
  CHECK_FALSE(learner.is_done());
  CHECK(learner.round_end() == Index{150});
  learner.on_match(Index{150}, Index{160}, 41, 10);
  CHECK(learner.is_done());
  learner.on_match(Index{150}, Index{999}, 999, 10);
  CHECK(learner.is_done());
}

TEST_CASE("a slow learner that holds all there is needs no further round",
          "[raft][catch_up][P79]") {
  CatchUp learner(replica(4), /*last=*/Index{100}, /*now=*/0);
  learner.on_match(Index{100}, Index{100}, 31, /*round_ticks_max=*/10);
  CHECK(learner.is_done());
}

// Replica 1 leads three voters and is asked to add replica 4, which is blank and hears nothing.
ReplicaGroup adding_unreachable() {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group.add_blank(replica(4));
  group.isolate(4);
  group[1]->change_membership({.token = 1, .add_voters = {replica(4)}, .catch_up_ticks = 20});
  group.settle();
  return group;
}

TEST_CASE("a new voter has no vote before it has caught up", "[raft][catch_up][P79]") {
  ReplicaGroup group = adding_unreachable();
  Membership expected = voters(3);
  expected.learners = {replica(4)};
  CHECK(group[1]->status().membership == expected);
  // The group is as available as before: one of the three may be down.
  group.lose([](const Message& message) {
    return message.to.node.value >= 3 || message.from.node.value >= 3;
  });
  group[1]->propose({.token = 9, .data = SharedBytes("x")});
  group.settle();
  REQUIRE(group[1].outcomes.size() == 1);
  CHECK(group[1].outcomes.front().status.is_ok());
}

TEST_CASE("an unreachable voter frees the change slot at its deadline and is removed again",
          "[raft][catch_up][P79]") {
  ReplicaGroup group = adding_unreachable();
  group.tick(18);
  CHECK(group[1].changes.empty());
  group.tick(3);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().refusal == ChangeRefusal::kCatchUpExpired);
  CHECK(group[1].changes.front().status.code() == Code::kTimedOut);
  CHECK(group[1]->status().membership == voters(3));
  group[1]->change_membership({.token = 2, .add_learners = {replica(5)}});
  group.settle();
  REQUIRE(group[1].changes.size() == 2);
  CHECK(group[1].changes.back().status.is_ok());
}

TEST_CASE("a learner that hears in time is promoted by itself", "[raft][catch_up][P79]") {
  ReplicaGroup group = adding_unreachable();
  group.tick(5);
  group.lose_nothing();
  group.tick(10);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().status.is_ok());
  CHECK(group[1]->status().membership == voters(4));
  CHECK(group[4]->status().membership == voters(4));
}

TEST_CASE("a learner that was there before stays one when its promotion expires",
          "[raft][catch_up][P79]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group.add_blank(replica(4));
  group[1]->change_membership({.token = 1, .add_learners = {replica(4)}});
  group.settle();
  group.isolate(4);
  group.tick(12);
  group[1]->change_membership({.token = 2, .add_voters = {replica(4)}, .catch_up_ticks = 5});
  group.tick(6);
  REQUIRE(group[1].changes.size() == 2);
  CHECK(group[1].changes.back().refusal == ChangeRefusal::kCatchUpExpired);
  CHECK(group[1]->status().membership.is_learner(replica(4)));
}

TEST_CASE("a leader that is deposed before the voters changed has abandoned the change",
          "[raft][catch_up][P64]") {
  ReplicaGroup group = adding_unreachable();
  group[1]->step_down();
  group.settle();
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().refusal == ChangeRefusal::kAbandoned);
  CHECK(group[1].changes.front().status.is_rejected());
  // The learner stays; it may be added again or removed.
  group.elect(2);
  group.tick(2);
  group[2]->change_membership({.token = 1, .remove = {replica(4)}});
  group.settle();
  REQUIRE(group[2].changes.size() == 1);
  CHECK(group[2].changes.front().membership == voters(3));
}

TEST_CASE("a disk that was lost is replaced in one change", "[raft][catch_up][P51][P76]") {
  ReplicaGroup group(3);
  group.elect(1);
  for (std::uint64_t token = 1; token <= 20; ++token)
    group[1]->propose({.token = token, .data = SharedBytes("x")});
  group.tick(2);
  group.add_blank(wiped(3));
  group.tick(30);
  // Nobody believes the new disk for the old one, and it says nothing.
  CHECK(group.leader() == 1);
  CHECK(group[3].count(EventKind::kMessageIgnored, "wrong_incarnation") > 0);
  CHECK(group[3]->status().last == LogId{});
  group[1]->change_membership({.token = 1, .add_voters = {wiped(3)}, .remove = {replica(3)}});
  group.tick(5);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().status.is_ok());
  CHECK(group[1]->status().membership.voters == std::vector{replica(1), replica(2), wiped(3)});
  CHECK(group[3].disk() == group[1].disk());
  group.elect(3);
  CHECK(group[3]->role() == Role::kLeader);
}

}  // namespace
}  // namespace quorate::raft::testing
