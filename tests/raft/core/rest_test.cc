// When nothing is left to do: what a host of many groups asks before it lets a group rest.
#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

// Everyone holds everything, has heard that it is committed, and was heard.
ReplicaGroup quiet(std::uint64_t count) {
  ReplicaGroup group = led_by_1(count);
  for (int i = 0; i < 20; ++i) {
    group.tick(1);
    group.settle();
  }
  return group;
}

TEST_CASE("a quiet group can rest at every replica", "[raft][rest][P111]") {
  ReplicaGroup group = quiet(3);
  for (std::uint64_t node = 1; node <= 3; ++node)
    CHECK(group[node]->can_rest());
}

TEST_CASE("a leader cannot rest while a proposal or a read is under way", "[raft][rest][P112]") {
  ReplicaGroup group = quiet(3);
  group.isolate(2);
  group.isolate(3);
  SECTION("a proposal") {
    group[1]->propose({.token = 1, .data = SharedBytes("x"), .expected_term = {}});
  }
  SECTION("a read") {
    group[1]->read(1);
  }
  SECTION("a transfer") {
    group[1]->transfer(NodeId{2});
  }
  CHECK_FALSE(group[1]->can_rest());
  group[1].drain();
  CHECK_FALSE(group[1]->can_rest());
}

TEST_CASE("a leader cannot rest while a follower lacks an entry or was not heard",
          "[raft][rest][P112]") {
  ReplicaGroup group = quiet(3);
  group.isolate(3);
  SECTION("an entry") {
    group[1]->propose({.token = 1, .data = SharedBytes("x"), .expected_term = {}});
    group.settle();
  }
  SECTION("not heard") {
    for (int i = 0; i < 15; ++i) {
      group.tick(1);
      group.settle();
    }
  }
  CHECK(group[1]->role() == Role::kLeader);
  CHECK_FALSE(group[1]->can_rest());
}

TEST_CASE("a follower cannot rest while something waits or no leader is known",
          "[raft][rest][P112]") {
  ReplicaGroup group = quiet(3);
  SECTION("a read") {
    group[2]->read(1);
  }
  SECTION("its leader is gone") {
    group[2]->peer_lost(group.nodes().at(1)->status().self, PeerLoss::kProcessGone);
  }
  CHECK_FALSE(group[2]->can_rest());
}

TEST_CASE("a replica cannot rest while a read waits for its place", "[raft][rest][P112]") {
  ReplicaGroup group = quiet(3);
  group[2]->read_at_least(1, {Index{99}, std::nullopt}, 2);
  CHECK_FALSE(group[2]->can_rest());
  group.tick(2);
  CHECK(group[2].reads.size() == 1);
}

TEST_CASE("a replica with a slow disk does not rest", "[raft][rest]") {
  ReplicaGroup group = quiet(3);
  group[2]->storage_health(StorageHealth::kSlow);
  group[2].drain();
  CHECK_FALSE(group[2]->can_rest());
}

TEST_CASE("a leader that is alone can rest", "[raft][rest][P111]") {
  ReplicaGroup group = quiet(1);
  CHECK(group[1]->can_rest());
}

}  // namespace
}  // namespace quorate::raft::testing
