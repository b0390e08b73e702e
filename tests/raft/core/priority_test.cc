// Priorities: who shall lead rather than others, and that it stays a wish.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// Voters whose priority is their number; `seed` moves all their timeouts.
ReplicaGroup ranked(std::uint64_t count, std::uint64_t seed = 0) {
  ReplicaGroup group;
  for (std::uint64_t node = 1; node <= count; ++node) {
    Options options = options_for(node);
    options.priority = static_cast<std::uint32_t>(node);
    options.election_jitter_ticks = 10 + static_cast<std::uint32_t>(seed % 7);
    group.add(node, options, recovered_with(voters(count), {}, 0));
  }
  return group;
}

// Ticks until another than `old` leads; how many.
std::uint64_t ticks_until_other(ReplicaGroup& group, std::uint64_t old) {
  std::uint64_t ticks = 0;
  for (; group.leader() == old || group.leader() == 0; ++ticks) {
    REQUIRE(ticks < 200);
    group.tick(1);
  }
  return ticks;
}

TEST_CASE("a leader hands over to a caught-up voter with a higher priority", "[raft][priority]") {
  ReplicaGroup group = ranked(3);
  group.elect(1);
  group.tick(9);
  CHECK(group.leader() == 1);  // not before it has been heard for a while
  group.tick(10);
  CHECK(group.leader() == 3);
  const Term term = group[3]->term();
  group.tick(300);
  CHECK(group[3]->term() == term);  // and there it rests
}

TEST_CASE("a leader to whom another is preferred is not quiet until it has handed over",
          "[raft][priority][timers]") {
  ReplicaGroup group = ranked(3);
  group.elect(1);
  while (group.leader() == 1) {
    CHECK(group[1]->quiet_ticks() == 0);
    group.tick(1);
  }
  group.tick(20);
  CHECK(group[3]->quiet_ticks() > 0);
}

TEST_CASE("nobody hands over to a voter that lags or is not steadily heard", "[raft][priority]") {
  ReplicaGroup group = ranked(3);
  group.elect(1);
  SECTION("that is not heard") {
    group.isolate(3);
    group.tick(60);
    CHECK(group[1].count(EventKind::kTransfer, "preferred") == 1);  // to the next best
    CHECK(group.leader() == 2);
  }
  SECTION("that lacks what is committed") {
    group.lose([](const Message& message) {
      const bool is_append = std::holds_alternative<AppendEntries>(message.body);
      return is_append && message.to.node.value > 1;
    });
    group[1]->propose({.token = 1, .data = SharedBytes("x")});
    group.tick(5);
    group.lose([](const Message& message) {
      return std::holds_alternative<AppendEntries>(message.body) && message.to.node.value == 3;
    });
    group.tick(60);
    CHECK(group.leader() != 3);
  }
}

TEST_CASE("when a leader is gone its heir stands first", "[raft][priority]") {
  for (std::uint64_t seed = 0; seed < 14; ++seed) {
    ReplicaGroup group = ranked(5, seed);
    group.elect(5);
    group.tick(10);
    group[5].stop();
    const bool is_told = seed % 2 == 0;  // else the timeout says so
    for (std::uint64_t node = 1; is_told && node <= 4; ++node)
      group[node]->peer_lost(replica(5), PeerLoss::kProcessGone);
    static_cast<void>(ticks_until_other(group, 5));
    CHECK(group.leader() == 4);
  }
}

TEST_CASE("a group whose heir does not stand has a leader one window later", "[raft][priority]") {
  ReplicaGroup group = ranked(3);
  group.elect(3);
  group.tick(10);
  group[3].stop();
  group.lose([](const Message& message) {
    const bool is_vote = std::holds_alternative<RequestVote>(message.body);
    return is_vote && message.from.node.value == 2;
  });
  const Options options = options_for(1);
  const std::uint64_t ticks = ticks_until_other(group, 3);
  CHECK(group.leader() == 1);
  CHECK(ticks <= options.election_timeout_ticks + 2ULL * options.election_jitter_ticks);
}

TEST_CASE("after a failed attempt to hand over the leader rests", "[raft][priority]") {
  ReplicaGroup group = ranked(2);
  group.elect(1);
  group.lose(
      [](const Message& message) { return std::holds_alternative<TimeoutNow>(message.body); });
  group.tick(100);
  CHECK(group.leader() == 1);
  CHECK(group[1].count(EventKind::kTransfer, "preferred") == 1);
  group.tick(30);
  CHECK(group[1].count(EventKind::kTransfer, "preferred") == 2);
  group.lose_nothing();
  group.tick(130);
  CHECK(group.leader() == 2);
}

TEST_CASE("a voter whose disk is not well is not preferred", "[raft][priority]") {
  ReplicaGroup group = ranked(3);
  group.elect(1);
  group[3]->storage_health(StorageHealth::kSlow);
  group.tick(30);
  CHECK(group.leader() == 2);
  group[3]->storage_health(StorageHealth::kHealthy);
  group.tick(30);
  CHECK(group.leader() == 3);
}

TEST_CASE("of two rivals with equal logs the one with the lower priority gives way",
          "[raft][priority]") {
  Options options = options_for(1);
  options.priority = 5;
  Node node(options, recovered_with(voters(3), {}, 0), /*seed=*/1);
  node->campaign();
  node.drain();
  RequestVote rival{
      VoteKind::kPreVote, CampaignReason::kTimeout, Term{1}, /*round=*/9, LogId{}, /*priority=*/4};
  node->step(message_from(3, 0, rival));
  CHECK(node->role() == Role::kPreCandidate);
  rival.priority = 6;
  node->step(message_from(3, 0, rival));
  CHECK(node->role() == Role::kFollower);
}

}  // namespace
}  // namespace quorate::raft::testing
