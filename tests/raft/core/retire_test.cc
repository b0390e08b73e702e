// Leaders and voters on their way out.
#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("a removed leader leads until its removal is committed and then hands over",
          "[raft][retire][P73][R37]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->propose({.token = 1, .data = SharedBytes("x")});
  group[1]->change_membership({.token = 2, .remove = {replica(1)}});
  group[1]->propose({.token = 3, .data = SharedBytes("y")});
  group.settle();
  // Everything it was asked for has ended well, and another leads at once.
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().status.is_ok());
  REQUIRE(group[1].outcomes.size() == 2);
  CHECK(group[1].outcomes.back().status.is_ok());
  CHECK(group[1]->role() == Role::kFollower);
  CHECK(group[1].count(EventKind::kTransfer, "sent") == 1);
  const std::uint64_t next = group.leader();
  REQUIRE(next > 1);
  const Membership expected{.voters = {replica(2), replica(3)}};
  CHECK(group[next]->status().membership == expected);
  const Term term = group[next]->term();
  group.tick(60);
  CHECK(group.leader() == next);
  CHECK(group[next]->term() == term);
}

TEST_CASE("a leader that leaves does not count itself", "[raft][retire][P73]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->change_membership({.token = 1, .remove = {replica(1)}});
  // The joint entry is committed, the last one is in the leader's log alone.
  for (int i = 0; i < 30 && group[1]->status().membership.is_joint(); ++i)
    group.deliver();
  REQUIRE_FALSE(group[1]->status().membership.is_joint());
  group.lose([](const Message& message) { return message.from == replica(3); });
  group.settle();
  // Of the two voters left, one acknowledged; with the leader that would have been two.
  CHECK(group[1]->role() == Role::kLeader);
  CHECK(group[1]->commit_index() < group[1]->status().membership_index);
  CHECK(group[1].changes.empty());
  group.lose_nothing();
  group.tick(20);
  CHECK(group[1]->role() == Role::kFollower);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().status.is_ok());
}

TEST_CASE("a removed leader whose successor does not answer makes way all the same",
          "[raft][retire][P73]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->change_membership({.token = 1, .remove = {replica(1)}});
  group.lose(
      [](const Message& message) { return std::holds_alternative<TimeoutNow>(message.body); });
  group.settle();
  group.tick(12);
  CHECK(group[1]->role() == Role::kFollower);
  group.tick(30);
  CHECK(group.leader() > 1);
}

TEST_CASE("the only voter hands over to another", "[raft][retire][P73]") {
  ReplicaGroup group = led_by_1(1);
  group.add_blank(replica(2));
  group[1]->change_membership({.token = 1, .add_voters = {replica(2)}, .remove = {replica(1)}});
  group.tick(5);
  CHECK(group.leader() == 2);
  CHECK(group[2]->status().membership == Membership{.voters = {replica(2)}});
}

TEST_CASE("a voter of the outgoing half can campaign and win", "[raft][retire][P31]") {
  ReplicaGroup group = led_by_1(5);
  // 4 is on its way out, and the only one with the joint entry when the leader dies.
  group.lose([](const Message& message) { return message.to != replica(4); });
  group[1]->change_membership({.token = 1, .remove = {replica(4), replica(5)}});
  group.deliver();
  group[1].stop();
  group.lose_nothing();
  group.settle();
  REQUIRE(group[4]->status().membership.is_joint());
  REQUIRE(group[2]->status().membership == voters(5));
  // The others' logs are older, so it is the only one that can lead; it then leads itself out.
  for (int i = 0; i < 20 && group.leader() != 4; ++i)
    group.tick(3);
  REQUIRE(group[4].count(EventKind::kRoleChanged, "won") == 1);
  group.tick(40);
  REQUIRE(group.leader() > 1);
  CHECK(group.leader() < 4);
  CHECK(group[group.leader()]->status().membership == voters(3));
}

TEST_CASE("a voter that alone holds its own removal can still be elected",
          "[raft][retire][P31][P73]") {
  ReplicaGroup group = led_by_1(1);
  group.add_blank(replica(2));
  group[1]->change_membership({.token = 1, .add_voters = {replica(2)}, .remove = {replica(1)}});
  for (int i = 0; i < 50 && group[1]->status().membership.contains(replica(1)); ++i)
    group.deliver();
  // The last entry is in the log of 1 alone, which is no voter any more; 2 needs the vote of 1, and
  // has the older log.
  REQUIRE(group[2]->status().membership.is_joint());
  group.wire().clear();
  group[1]->step_down();
  group.tick(100);
  CHECK(group.leader() == 2);
  CHECK(group[2]->status().membership == Membership{.voters = {replica(2)}});
  CHECK(group[1]->role() == Role::kFollower);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes.front().status.is_ok());
}

TEST_CASE("learners and removed replicas never campaign", "[raft][retire][P30]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}, .demote = {replica(2)}});
  group.settle();
  group.tick(2);
  REQUIRE(group[1]->status().membership.voters == voters(1).voters);
  // Both know it, so both stay quiet for ever.
  CHECK_FALSE(group[3]->status().membership.contains(replica(3)));
  group[1].stop();
  group.tick(100);
  for (const std::uint64_t node : {2ULL, 3ULL}) {
    group[node]->campaign();
    group.settle();
    CHECK(group[node]->role() == Role::kFollower);
    CHECK(group[node]->term() == Term{1});
  }
}

TEST_CASE("a removed replica is served until it knows and then no more", "[raft][retire][P34]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  CHECK_FALSE(group[3]->status().membership.contains(replica(3)));
  group.tick(15);
  for (const PeerStatus& peer : group[1]->status().peers)
    CHECK(peer.replica == replica(2));
}

TEST_CASE("a replica that never heard of its removal cannot unseat the leader",
          "[raft][retire][P34][R36]") {
  ReplicaGroup group = led_by_1(3);
  group.isolate(3);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.tick(20);
  REQUIRE(group[1]->status().membership == voters(2));
  REQUIRE(group[3]->status().membership == voters(3));
  const Term term = group[1]->term();
  group.lose_nothing();
  for (int i = 0; i < 20; ++i) {
    group[3]->campaign();
    group.tick(10);
  }
  CHECK(group.leader() == 1);
  CHECK(group[1]->term() == term);
  CHECK(group[2]->term() == term);
}

TEST_CASE("the leadership goes to the voter that knows most when none is named",
          "[raft][retire][P104]") {
  ReplicaGroup group = led_by_1(3);
  group.lose([](const Message& message) { return message.to == replica(2); });
  group[1]->propose({.token = 1, .data = SharedBytes("x")});
  group.settle();
  group.lose_nothing();
  group[1]->transfer_to_best();
  group.settle();
  CHECK(group.leader() == 3);
}

TEST_CASE("a voter on its way out is no target of a transfer", "[raft][retire][P71][P104]") {
  ReplicaGroup group = led_by_1(3);
  group.lose([](const Message&) { return true; });
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group[1]->transfer(NodeId{3});
  group[1]->transfer(NodeId{9});
  group.settle();
  CHECK(group[1].count(EventKind::kTransfer, "refused: not a voter") == 1);
  CHECK(group[1].count(EventKind::kTransfer, "refused: not a member") == 1);
}

}  // namespace
}  // namespace quorate::raft::testing
