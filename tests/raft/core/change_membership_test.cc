// Changing the membership of a running group.
#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

void change(ReplicaGroup& group, MembershipChange wanted) {
  Node& leader = group[group.leader()];
  leader->change_membership(std::move(wanted));
  group.settle();
}

const ChangeOutcome& only_change(const Node& node) {
  REQUIRE(node.changes.size() == 1);
  return node.changes.front();
}

TEST_CASE("a group grows from one to three to five and shrinks to one",
          "[raft][change_membership][paper-6]") {
  ReplicaGroup group = led_by_1(1);
  for (std::uint64_t node = 2; node <= 5; ++node)
    group.add_blank(replica(node));
  change(group, {.token = 1, .add_voters = {replica(2), replica(3)}});
  CHECK(group[3]->status().membership == voters(3));
  change(group, {.token = 2, .add_voters = {replica(4), replica(5)}});
  group.tick(2);
  for (const auto& [id, node] : group.nodes())
    CHECK(node->status().membership == voters(5));
  change(group, {.token = 3, .remove = {replica(2), replica(3), replica(4), replica(5)}});
  CHECK(group[1]->status().membership == voters(1));
  const auto& outcomes = group[1].changes;
  REQUIRE(outcomes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(outcomes[i].token == i + 1);
    CHECK(outcomes[i].status.is_ok());
  }
  CHECK(outcomes[1].membership == voters(5));
  CHECK(outcomes[2].index == group[1]->status().membership_index);
}

TEST_CASE("a membership is effective as soon as it is in the log and not before",
          "[raft][change_membership][P67][R33]") {
  ReplicaGroup group = led_by_1(3);
  group.lose([](const Message&) { return true; });
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  CHECK(group[1]->status().membership.is_joint());
  CHECK(group[1]->status().membership.voters == voters(2).voters);
  CHECK(group[1]->status().membership.outgoing == voters(3).voters);
  CHECK(group[2]->status().membership == voters(3));
  CHECK(group[1].changes.empty());
}

TEST_CASE("cutting a membership entry brings the previous membership back",
          "[raft][change_membership][P67][R34]") {
  ReplicaGroup group = led_by_1(3);
  group.isolate(1);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  REQUIRE(group[1]->status().membership.is_joint());
  group.tick(30);
  REQUIRE(group.leader() > 1);
  group.lose_nothing();
  group.tick(5);
  CHECK(group[1]->status().membership == voters(3));
  CHECK(group[1]->status().membership_index == Index{0});
  // It is certain by now that the change will never be: a later leader's entry is in its place.
  CHECK(only_change(group[1]).refusal == ChangeRefusal::kSuperseded);
}

TEST_CASE("one membership entry at a time is uncommitted and a second change is refused",
          "[raft][change_membership][P69][R31]") {
  ReplicaGroup group = led_by_1(3);
  group.lose([](const Message& message) { return message.from == replica(1); });
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  const LogId last = group[1]->status().last;
  group[1]->change_membership({.token = 2, .remove = {replica(2)}});
  group[1]->change_membership({.token = 3, .add_learners = {replica(7)}});
  group.settle();
  REQUIRE(group[1].changes.size() == 2);
  for (const ChangeOutcome& outcome : group[1].changes)
    CHECK(outcome.refusal == ChangeRefusal::kChangeUnderWay);
  CHECK(group[1]->status().last == last);
}

TEST_CASE("no change is taken before an entry of the leader's term is committed",
          "[raft][change_membership][P70]") {
  Node node = leading({1, 1}, 1);
  node->change_membership({.token = 1, .remove = {replica(3)}});
  node.drain();
  CHECK(only_change(node).refusal == ChangeRefusal::kTermNotCommitted);
  CHECK(only_change(node).status.code() == Code::kBusy);
  CHECK(node->status().membership == voters(3));
}

TEST_CASE("only the leader changes the membership and only in the term expected",
          "[raft][change_membership]") {
  ReplicaGroup group = led_by_1(3);
  group[2]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  CHECK(only_change(group[2]).refusal == ChangeRefusal::kNotLeader);
  change(group, {.token = 1, .remove = {replica(3)}, .expected_term = Term{7}});
  CHECK(only_change(group[1]).refusal == ChangeRefusal::kWrongTerm);
  CHECK(group[1]->status().membership == voters(3));
}

TEST_CASE("a change can be tied to the membership it was decided on", "[raft][change_membership]") {
  ReplicaGroup group = led_by_1(3);
  change(group, {.token = 1, .add_learners = {replica(7)}, .expected_index = Index{0}});
  const Index now = group[1]->status().membership_index;
  REQUIRE(now > Index{0});
  change(group, {.token = 2, .remove = {replica(7)}, .expected_index = Index{0}});
  change(group, {.token = 3, .remove = {replica(7)}, .expected_index = now});
  REQUIRE(group[1].changes.size() == 3);
  CHECK(group[1].changes[0].status.is_ok());
  CHECK(group[1].changes[1].refusal == ChangeRefusal::kWrongMembership);
  CHECK(group[1].changes[2].status.is_ok());
}

TEST_CASE("a change that would lose the quorum is refused with the arithmetic",
          "[raft][change_membership][P78]") {
  ReplicaGroup group = led_by_1(5);
  group.lose([](const Message& message) {
    return message.from.node.value > 3 || message.to.node.value > 3;
  });
  group.tick(12);
  REQUIRE(group.leader() == 1);
  change(group, {.token = 1, .remove = {replica(2), replica(3)}});
  CHECK(only_change(group[1]).refusal == ChangeRefusal::kQuorumLost);
  CHECK(only_change(group[1]).status.message() ==
        "membership change: 3 voters, 1 of 3 reachable after the change, 2 needed");
  CHECK(group[1]->status().membership == voters(5));
}

TEST_CASE("what is known of those who stay survives a change", "[raft][change_membership][P80]") {
  ReplicaGroup group = led_by_1(3);
  const auto known = [&](std::uint64_t node) {
    for (const PeerStatus& peer : group[1]->status().peers) {
      if (peer.replica == replica(node)) return peer;
    }
    FAIL("no such peer");
    return PeerStatus{};
  };
  const PeerStatus before = known(2);
  REQUIRE(before.state == "replicate");
  group.lose([](const Message&) { return true; });
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  CHECK(known(2).state == "replicate");
  CHECK(known(2).match == before.match);
  CHECK(group[1].count(EventKind::kPeerState, "probe") == 0);
}

TEST_CASE("any new leader leaves a joint membership without being asked",
          "[raft][change_membership][P72]") {
  ReplicaGroup group = led_by_1(3);
  // The joint entry reaches 2, and nobody hears that it is committed.
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.deliver();
  group.isolate(1);
  group.settle();
  REQUIRE(group[2]->status().membership.is_joint());
  group.tick(40);
  REQUIRE(group.leader() == 0);  // of the new half, one of two is not enough
  group.lose_nothing();
  group.tick(40);
  REQUIRE(group.leader() > 0);
  const Membership after = group[group.leader()]->status().membership;
  CHECK_FALSE(after.is_joint());
  CHECK(after.voters == voters(2).voters);
  // Whoever was asked knows how it ended although it led no more.
  CHECK(only_change(group[1]).status.is_ok());
  CHECK(only_change(group[1]).membership == after);
}

TEST_CASE("a demoted voter goes on as a learner", "[raft][change_membership]") {
  ReplicaGroup group = led_by_1(3);
  change(group, {.token = 1, .demote = {replica(3)}});
  Membership expected = voters(2);
  expected.learners = {replica(3)};
  CHECK(only_change(group[1]).membership == expected);
  group[1]->propose({.token = 5, .data = SharedBytes("x")});
  group.settle();
  CHECK(group[3].disk() == group[1].disk());
  group[3]->campaign();
  CHECK(group[3]->role() == Role::kFollower);
}

TEST_CASE("status says that a change is under way and what it waits for",
          "[raft][change_membership]") {
  using Stage = ChangeStatus::Stage;
  ReplicaGroup group = led_by_1(3);
  CHECK_FALSE(group[1]->status().change.has_value());
  group.isolate(4);
  group.add_blank(replica(4));
  change(group, {.token = 1, .add_voters = {replica(4)}, .catch_up_ticks = 9});
  auto status = group[1]->status().change;
  REQUIRE(status.has_value());
  CHECK(status->stage == Stage::kCatchUp);
  CHECK(status->waits_for == std::vector{replica(4)});
  CHECK(status->ticks_left == 9);
  group.lose([](const Message& message) { return message.to == replica(3); });
  group.tick(4);
  CHECK_FALSE(group[1]->status().change.has_value());
  CHECK(to_string(Stage::kJoint) == "joint");
}

}  // namespace
}  // namespace quorate::raft::testing
