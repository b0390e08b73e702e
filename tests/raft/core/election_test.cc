// Elections seen from outside: who leads, in which term, after what.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("a group without a leader elects one after the election timeout", "[raft][election]") {
  ReplicaGroup group(3);
  group.tick(20);
  REQUIRE(group.leader() != 0);
  for (auto& [id, node] : group.nodes()) {
    CHECK(node->term() == Term{1});
    CHECK(node->commit_index() == Index{1});
  }
}

TEST_CASE("a lone voter leads itself once its vote is durable", "[raft][election]") {
  ReplicaGroup group(1);
  group[1].hold_disk();
  group.tick(20);
  CHECK(group[1]->role() == Role::kCandidate);
  group[1].release_disk();
  group.settle();
  CHECK(group[1]->role() == Role::kLeader);
  CHECK(group[1]->commit_index() == Index{1});
}

TEST_CASE("a proposal is committed everywhere and ends exactly once", "[raft][P64]") {
  ReplicaGroup group(3);
  group.elect(1);
  group[1]->propose({.token = 42, .data = SharedBytes("x")});
  group.settle();
  REQUIRE(group[1].outcomes.size() == 1);
  CHECK(group[1].outcomes.front().token == 42);
  CHECK(group[1].outcomes.front().status.is_ok());
  CHECK(group[1].outcomes.front().id == LogId{Term{1}, Index{2}});
  for (auto& [id, node] : group.nodes()) {
    REQUIRE(node.applied.size() == 2);
    CHECK(node.applied.back().data.view() == "x");
  }
}

}  // namespace
}  // namespace quorate::raft::testing
