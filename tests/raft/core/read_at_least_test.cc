// Reads at a place that the caller has seen, at whichever replica.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kPatience = 5;

// Replica 1 has applied 1:1 2:1 3:2 and holds 4:2, which nobody has committed.
Node follower() {
  Node node = lone({1, 1, 2, 2}, 2);
  node->step(message_from(2, 2, AppendEntries{{Term{2}, Index{3}}, Index{3}, 1, {}}));
  node.drain();
  REQUIRE(node->status().applied == Index{3});
  return node;
}

// How the read ended; kOk for ok, nothing while it waits.
std::optional<Code> read(Node& node, std::uint64_t index, std::optional<std::uint64_t> term) {
  static ReadToken token = 0;
  ReadPoint at{Index{index}, std::nullopt};
  if (term) at.term = Term{*term};
  node.reads.clear();
  node->read_at_least(++token, at, kPatience);
  node.drain();
  if (node.reads.empty()) return std::nullopt;
  REQUIRE(node.reads.size() == 1);
  REQUIRE(node.reads.front().token == token);
  return node.reads.front().status.code();
}

std::optional<Code> end_of(Node& node) {
  node.drain();
  if (node.reads.empty()) return std::nullopt;
  REQUIRE(node.reads.size() == 1);
  return node.reads.front().status.code();
}

void commit(Node& node, std::uint64_t term, std::uint64_t index) {
  const LogId prev{*node->term_at(Index{index - 1}), Index{index - 1}};
  const AppendEntries append{prev, Index{index}, 9, {entry_of(term, index)}};
  node->step(message_from(2, term, append));
}

TEST_CASE("a read at what is applied is answered at once and asks nobody", "[raft][read][P96]") {
  Node node = follower();
  static_cast<void>(node.take_messages());
  CHECK(read(node, 3, std::nullopt) == Code::kOk);
  CHECK(read(node, 3, 2) == Code::kOk);
  CHECK(read(node, 1, 1) == Code::kOk);
  CHECK(read(node, 0, std::nullopt) == Code::kOk);
  CHECK(read(node, 0, 0) == Code::kOk);
  CHECK(node.take_messages().empty());
}

TEST_CASE("a read at what is not applied waits for it", "[raft][read][P96]") {
  Node node = follower();
  REQUIRE_FALSE(read(node, 4, 2).has_value());
  CHECK_FALSE(node->is_applied_awaited());
  SECTION("however it gets there") {
    commit(node, 2, 4);
    CHECK(node->is_applied_awaited());
    CHECK(end_of(node) == Code::kOk);
    CHECK(node->status().applied == Index{4});
  }
  SECTION("but not longer than it was told to") {
    for (std::uint64_t tick = 1; tick < kPatience; ++tick)
      node->tick();
    CHECK_FALSE(end_of(node).has_value());
    node->tick();
    CHECK(end_of(node) == Code::kTimedOut);
    commit(node, 2, 4);
    CHECK(end_of(node) == Code::kTimedOut);  // once
  }
  SECTION("and not at all with no time to wait") {
    node.reads.clear();
    node->read_at_least(99, {Index{4}, std::nullopt}, 0);
    CHECK(end_of(node) == Code::kTimedOut);
  }
}

TEST_CASE("a read at an entry that was replaced ends as never", "[raft][read][P53]") {
  Node node = follower();
  CHECK(read(node, 3, 1) == Code::kNotFound);
  CHECK(read(node, 2, 2) == Code::kNotFound);
  CHECK(read(node, 9, 1) == Code::kNotFound);  // terms never fall, and 3:2 is committed
  SECTION("also while it waits") {
    REQUIRE_FALSE(read(node, 4, 2).has_value());
    commit(node, 3, 4);
    CHECK(end_of(node) == Code::kNotFound);
  }
  SECTION("also when its place is far away") {
    REQUIRE_FALSE(read(node, 9, 2).has_value());
    commit(node, 3, 4);
    CHECK(end_of(node) == Code::kNotFound);
  }
  SECTION("but not as long as its term may go on") {
    REQUIRE_FALSE(read(node, 9, 3).has_value());
    commit(node, 3, 4);
    CHECK_FALSE(end_of(node).has_value());
  }
}

TEST_CASE("what is compacted is told apart from what never was", "[raft][read][P53]") {
  Node node = follower();
  node.serve_snapshots();
  node.take_snapshot("state");
  node->compact(Index{3});
  node.drain();
  REQUIRE(node->status().first == Index{4});
  CHECK(read(node, 2, std::nullopt) == Code::kOk);
  CHECK(read(node, 3, 2) == Code::kOk);  // the base's term is known
  CHECK(read(node, 3, 1) == Code::kNotFound);
  CHECK(read(node, 2, 1) == Code::kUnknownOutcome);
  CHECK(read(node, 2, 3) == Code::kNotFound);  // the base is of term 2
}

TEST_CASE("nothing is read while the state machine is replaced", "[raft][read][P88]") {
  Node node = follower();
  const SnapshotMeta meta = snapshot_at({Term{3}, Index{9}}, 3, "0123");
  REQUIRE_FALSE(read(node, 8, std::nullopt).has_value());
  node->step(message_from(2, 3, chunk_of(meta, 1, 0, "0123")));
  node.drain();
  node->snapshot_received(node.received.back().transfer, meta.bytes);
  node->snapshot_verified(node.received.back().transfer);
  node.drain();
  REQUIRE(node->status().restoring);
  CHECK_FALSE(end_of(node).has_value());
  CHECK_FALSE(read(node, 1, std::nullopt).has_value());
  CHECK(read(node, 9, 2) == Code::kNotFound);
  node.reads.clear();
  node->applied(Index{9});
  node.drain();
  REQUIRE(node.reads.size() == 2);
  for (const ReadGrant& grant : node.reads)
    CHECK(grant.status.is_ok());
}

TEST_CASE("reads that wait for a place are bounded and end with the group", "[raft][read][P97]") {
  Options options = options_for(1);
  options.pending_reads_max = 2;
  Node node(options, recovered_with(voters(3), {1, 1}, 2), 1);
  CHECK_FALSE(read(node, 7, std::nullopt).has_value());
  CHECK_FALSE(read(node, 8, std::nullopt).has_value());
  CHECK(read(node, 8, std::nullopt) == Code::kBusy);
  CHECK_FALSE(node->can_rest());
  node.reads.clear();
  // Two leaders of one term: the group stops.
  node->step(message_from(2, 2, Heartbeat{Index{0}, 1}));
  node->step(message_from(3, 2, Heartbeat{Index{0}, 1}));
  node.drain();
  REQUIRE(node->status().stopped);
  REQUIRE(node.reads.size() == 2);
  for (const ReadGrant& grant : node.reads)
    CHECK(grant.status.code() == Code::kUnavailable);
  CHECK(read(node, 1, std::nullopt) == Code::kUnavailable);
}

TEST_CASE("a client reads its own write on every replica", "[raft][read][P96]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.isolate(3);
  group[1]->propose({.token = 1, .data = SharedBytes("x"), .expected_term = {}});
  group.settle();
  REQUIRE(group[1].outcomes.size() == 1);
  const LogId written = group[1].outcomes.front().id;
  for (std::uint64_t node = 1; node <= 3; ++node)
    group[node]->read_at_least(7, {written.index, written.term}, 100);
  group.tick(5);
  CHECK(group[1].reads.size() == 1);
  CHECK(group[2].reads.size() == 1);
  CHECK(group[3].reads.empty());
  group.lose_nothing();
  group.tick(5);
  REQUIRE(group[3].reads.size() == 1);
  CHECK(group[3].reads.front().status.is_ok());
}

}  // namespace
}  // namespace quorate::raft::testing
