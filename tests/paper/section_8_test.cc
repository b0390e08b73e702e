// Raft paper §8 "Client interaction": what a leader must do before it answers a read.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// "Raft handles this by having each leader commit a blank no-op entry into the log at the start of
// its term."
TEST_CASE("a new leader commits a blank entry of its term", "[paper-8]") {
  ReplicaGroup group(3);
  group.elect(1);
  REQUIRE(group[1].applied.size() == 1);
  CHECK(group[1].applied.front().kind == EntryKind::kNoop);
  CHECK(group[1].applied.front().data.size() == 0);
  group.elect(2);
  REQUIRE(group[2].applied.size() == 2);
  CHECK(group[2].applied.back().id.term == Term{2});
}

// "Raft handles this by having the leader exchange heartbeat messages with a majority of the
// cluster before responding to read-only requests."
TEST_CASE("a deposed leader cannot answer a read", "[paper-8]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  group.isolate(1);
  group[1]->read(1);
  group.tick(40);
  REQUIRE(group[1].reads.size() == 1);
  CHECK_FALSE(group[1].reads.front().status.is_ok());
}

TEST_CASE("a read returns at least what was committed before it began", "[paper-8]") {
  ReplicaGroup group(3);
  group.elect(1);
  for (std::uint64_t round = 1; round <= 10; ++round) {
    group[1]->propose({.token = round, .data = SharedBytes("x")});
    group.settle();
    const Index committed = group[1]->commit_index();
    const std::uint64_t reader = 1 + round % 3;
    group[reader]->read(round);
    group.settle();
    REQUIRE_FALSE(group[reader].reads.empty());
    CHECK(group[reader].reads.back().status.is_ok());
    CHECK(group[reader].reads.back().index >= committed);
  }
}

// "If the leader crashes, clients retry with another": a refusal is certain, so retrying is safe.
TEST_CASE("who does not lead refuses for certain", "[paper-8]") {
  Node node = lone();
  node->propose({.token = 1, .data = SharedBytes("x")});
  node.drain();
  REQUIRE(node.outcomes.size() == 1);
  CHECK(node.outcomes.front().status.is_rejected());
}

}  // namespace
}  // namespace quorate::raft::testing
