// While a membership is joint, or its leader has no vote, nobody decides alone.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

// Replica 1 leads 1, 2, 3 and has the joint entry to 1, 4, 5 in its log, all of whom are up to
// date.
ReplicaGroup joint_group() {
  ReplicaGroup group = with_learners_4_and_5();
  begin_joint(group);
  static_cast<void>(group[1].take_messages());
  return group;
}

// Only heartbeats and what belongs to them pass, and nothing from or to `silent`: what is in the
// log stays uncommitted.
void let_heartbeats_pass(ReplicaGroup& group, std::vector<std::uint64_t> silent) {
  group.lose([silent](const Message& message) {
    const bool is_beat = std::holds_alternative<Heartbeat>(message.body) ||
                         std::holds_alternative<HeartbeatResult>(message.body);
    const auto is_silent = [&](const ReplicaId& id) {
      return std::find(silent.begin(), silent.end(), id.node.value) != silent.end();
    };
    return !is_beat || is_silent(message.from) || is_silent(message.to);
  });
}

TEST_CASE("a leader needs contact with a majority of each half", "[raft][joint][P39][P71]") {
  ReplicaGroup group = joint_group();
  SECTION("both halves are heard") {
    let_heartbeats_pass(group, {3, 5});
    group.tick(40);
    CHECK(group[1]->role() == Role::kLeader);
  }
  SECTION("the new half is silent") {
    let_heartbeats_pass(group, {4, 5});
    group.tick(15);
    CHECK(group[1]->role() != Role::kLeader);
  }
  SECTION("the old half is silent") {
    let_heartbeats_pass(group, {2, 3});
    group.tick(15);
    CHECK(group[1]->role() != Role::kLeader);
  }
}

TEST_CASE("learners do not keep a leader in office", "[raft][joint][P39]") {
  ReplicaGroup group = with_learners_4_and_5();
  let_heartbeats_pass(group, {2, 3});
  group.tick(15);
  CHECK(group[1]->role() != Role::kLeader);
}

TEST_CASE("a leader without a vote does not count as contact with itself", "[raft][joint][P39]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group[1]->change_membership({.token = 1, .remove = {replica(1)}});
  for (int i = 0; i < 30 && group[1]->status().membership.is_joint(); ++i)
    group.deliver();
  REQUIRE_FALSE(group[1]->status().membership.contains(replica(1)));
  REQUIRE(group[1]->role() == Role::kLeader);
  let_heartbeats_pass(group, {3});
  group.tick(15);
  CHECK(group[1]->role() != Role::kLeader);
}

TEST_CASE("a read is confirmed by a majority of each half", "[raft][joint][P71][P95]") {
  ReplicaGroup group = joint_group();
  const std::vector<std::uint64_t> silent = GENERATE(std::vector<std::uint64_t>{4, 5},
                                                     std::vector<std::uint64_t>{2, 3},
                                                     std::vector<std::uint64_t>{3, 5});
  let_heartbeats_pass(group, silent);
  group[1]->read(7);
  group.tick(3);
  const bool has_both = silent == std::vector<std::uint64_t>{3, 5};
  CHECK(group[1].reads.size() == (has_both ? 1U : 0U));
}

TEST_CASE("a leader without a vote still serves reads by its voters", "[raft][joint][P73]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group[1]->change_membership({.token = 1, .remove = {replica(1)}});
  for (int i = 0; i < 30 && group[1]->status().membership.is_joint(); ++i)
    group.deliver();
  REQUIRE(group[1]->role() == Role::kLeader);
  let_heartbeats_pass(group, {});
  group[1]->read(7);
  group.tick(3);
  REQUIRE(group[1].reads.size() == 1);
  CHECK(group[1].reads.front().status.is_ok());
}

TEST_CASE("what waits at a replica that no leader speaks to ends as unknown",
          "[raft][joint][P65][P97]") {
  ReplicaGroup group = joint_group();
  group.isolate(1);
  group[1]->propose({.token = 9, .data = SharedBytes("x")});
  group.tick(80);
  CHECK(group[1].outcomes.empty());
  group.tick(60);
  REQUIRE(group[1].outcomes.size() == 1);
  CHECK(group[1].outcomes.front().status.code() == Code::kUnknownOutcome);
  REQUIRE(group[1].changes.size() == 2);
  CHECK(group[1].changes.back().status.code() == Code::kUnknownOutcome);
}

}  // namespace
}  // namespace quorate::raft::testing
