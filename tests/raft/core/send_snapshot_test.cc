// The leader's side of a snapshot, and how a group gets along with a compacted log.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

using SnapshotOutcome = InstallSnapshotResult::Outcome;

const std::string kSentContent(100, 's');

Options small_chunks(std::uint64_t node) {
  Options options = options_for(node);
  options.snapshot_chunk_bytes = 10;
  options.snapshot_chunks_in_flight_max = 3;
  return options;
}

void propose(Node& node, int count) {
  static ProposalToken token = 0;
  for (int i = 0; i < count; ++i)
    node->propose({.token = ++token, .data = SharedBytes(std::string("x"))});
}

// Three replicas with small chunks; the third was away while the first committed 20 entries, took
// a snapshot and compacted its log.
struct Lagging {
  ReplicaGroup group;
  Lagging() {
    for (std::uint64_t node = 1; node <= 3; ++node) {
      group.add(node, small_chunks(node), recovered_with(voters(3), {}, 0));
      group[node].serve_snapshots();
    }
    group.elect(1);
    group.isolate(3);
    propose(group[1], 20);
    group.settle();
    group[1].take_snapshot(kSentContent);
    group[1]->compact(group[1]->status().applied);
    group.settle();
  }
};

TEST_CASE("the log is compacted no further than it is applied", "[raft][compact][P17]") {
  Node node = lone({1, 1, 1, 1}, 1);
  node->step(message_from(2, 1, AppendEntries{{Term{1}, Index{4}}, Index{2}, 1, {}}));
  node.drain();
  node->compact(Index{4});
  node.drain();
  CHECK(node->status().first == Index{3});
  CHECK(node.batches.back().snapshot->last == LogId{Term{1}, Index{2}});
  CHECK(node.count(EventKind::kLogCompacted) == 1);
  CHECK(node.disk().size() == 2);
}

TEST_CASE("the base has the term and the membership of its index", "[raft][compact][P68][P83]") {
  Node node = lone({1, 2}, 2);
  AppendEntries request{{Term{2}, Index{2}}, Index{5}, 1, {}};
  request.entries = {
      make_entry({Term{3}, Index{3}}, EntryKind::kNormal, SharedBytes("x")),
      make_entry(
          {Term{3}, Index{4}}, EntryKind::kMembership, SharedBytes(encode_membership(voters(4)))),
      make_entry({Term{4}, Index{5}}, EntryKind::kNormal, SharedBytes("y"))};
  node->step(message_from(2, 4, request));
  node.drain();
  node->compact(Index{3});
  node.drain();
  CHECK(node.batches.back().snapshot->last == LogId{Term{3}, Index{3}});
  CHECK(node.batches.back().snapshot->membership == voters(3));
  CHECK(node->status().membership == voters(4));
  node->compact(Index{4});
  node.drain();
  CHECK(node.batches.back().snapshot->membership == voters(4));
  node.restart();
  CHECK(node->status().membership == voters(4));
  CHECK(node->status().last == LogId{Term{4}, Index{5}});
}

TEST_CASE("an append that reaches below the base is a match up to there", "[raft][compact][P52]") {
  Node node = lone({1, 1, 1, 1}, 1);
  node->step(message_from(2, 1, AppendEntries{{Term{1}, Index{4}}, Index{4}, 1, {}}));
  node.drain();
  node->compact(Index{3});
  static_cast<void>(node.take_messages());
  AppendEntries late{{Term{1}, Index{1}}, Index{4}, 2, {}};
  late.entries = {entry_of(1, 2), entry_of(1, 3), entry_of(1, 4), entry_of(1, 5)};
  node->step(message_from(2, 1, late));
  node.drain();
  REQUIRE(node.sent<AppendEntriesResult>().size() == 1);
  CHECK(node.sent<AppendEntriesResult>().front().match == Index{5});
  CHECK(node->status().last.index == Index{5});
}

TEST_CASE("a peer behind the base is brought up by a snapshot and then by entries",
          "[raft][snapshot][P60][P84]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  group.lose_nothing();
  propose(group[1], 3);
  group.tick(30);
  REQUIRE(group[3].restored.size() == 1);
  CHECK(group[3].snapshot_disk.newest()->content == kSentContent);
  CHECK(group[3]->status().last == group[1]->status().last);
  CHECK(group[3]->status().applied == group[1]->status().applied);
  CHECK(group[1]->status().peers.back().state == "replicate");
  CHECK(group[1].snapshots_done.size() == 1);
}

TEST_CASE("next is behind the snapshot that was sent even if a newer one exists",
          "[raft][snapshot][P84]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  const Index sent = group[1]->status().applied;
  group.lose([](const Message& message) {
    return std::holds_alternative<InstallSnapshotResult>(message.body);
  });
  group.tick(4);
  propose(group[1], 5);
  group.settle();
  group[1].take_snapshot("newer");
  group[1]->compact(group[1]->status().applied);
  CHECK(group[1]->status().first == sent.next());  // P91: held for the peer
  group.lose_nothing();
  group.tick(60);
  CHECK(group[3].restored.back().last.index == sent);
  CHECK(group[3]->status().last == group[1]->status().last);
}

TEST_CASE("no more chunks than the window are under way", "[raft][snapshot]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  std::size_t most = 0;
  group.lose_nothing();
  for (int i = 0; i < 200; ++i) {
    for (auto& [id, node] : group.nodes())
      node->tick();
    group.deliver();
    most = std::max<std::size_t>(
        most,
        static_cast<std::size_t>(
            std::count_if(group.wire().begin(), group.wire().end(), [](const Message& message) {
              return std::holds_alternative<InstallSnapshot>(message.body);
            })));
  }
  CHECK(most == 3);
  CHECK(group[3].restored.size() == 1);
}

TEST_CASE("lost chunks and answers are made up for from where the peer stands",
          "[raft][snapshot][P86][P90]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  Random random(5);
  group.lose([&](const Message& message) {
    const bool is_snapshot = std::holds_alternative<InstallSnapshot>(message.body) ||
                             std::holds_alternative<InstallSnapshotResult>(message.body);
    return is_snapshot && random.chance(1, 2);
  });
  group.tick(3000);
  REQUIRE(group[3].restored.size() == 1);
  CHECK(group[3]->status().last == group[1]->status().last);
  CHECK(group[1].snapshots_done.size() == 1);  // one transfer, resumed
}

TEST_CASE("a peer that restarts in mid-transfer goes on with what it holds",
          "[raft][snapshot][P86]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  group.lose([&](const Message& message) {
    const auto* chunk = std::get_if<InstallSnapshot>(&message.body);
    return chunk != nullptr && chunk->offset >= 50;
  });
  group.tick(20);
  group[3].restart();
  SECTION("all of it") {}
  SECTION("nothing of it") {
    group[3].snapshot_disk.lose_incoming();
  }
  group.lose_nothing();
  group.tick(100);
  CHECK(group[3].restored.size() == 1);
  CHECK(group[3]->status().last == group[1]->status().last);
}

TEST_CASE("a leader without a snapshot at hand asks again ever more rarely",
          "[raft][snapshot][P90]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  group[1].snapshot_disk = SnapshotDisk{};
  group.lose_nothing();
  group.tick(400);
  const std::size_t asked = group[1].snapshots.size();
  CHECK(asked >= 4);
  CHECK(asked <= 12);
  CHECK(group[1]->role() == Role::kLeader);
  group[1].take_snapshot(kSentContent);
  group.tick(400);
  CHECK(group[3]->status().last == group[1]->status().last);
}

TEST_CASE("a damaged snapshot is refused and another transfer succeeds", "[raft][snapshot][P90]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  auto wrong = *group[1].snapshot_disk.newest();
  wrong.meta.checksum ^= 1;
  group[1].snapshot_disk.keep(wrong);
  group.lose_nothing();
  group.tick(40);
  CHECK(group[3].restored.empty());
  CHECK(group[1].count(EventKind::kSnapshotTransfer, "refused") > 0);
  group[1].take_snapshot(kSentContent);
  group.tick(400);
  CHECK(group[3].restored.size() == 1);
}

TEST_CASE("a snapshot that takes longer than the log is kept ends in a newer one",
          "[raft][snapshot][P91]") {
  ReplicaGroup group;
  for (std::uint64_t node = 1; node <= 3; ++node) {
    Options options = small_chunks(node);
    options.snapshot_pinned_entries_max = 4;
    group.add(node, options, recovered_with(voters(3), {}, 0));
    group[node].serve_snapshots();
  }
  group.elect(1);
  group.isolate(3);
  group.lose_nothing();
  group[3].stop();
  for (int round = 0; round < 6; ++round) {
    propose(group[1], 10);
    group.settle();
    group[1].take_snapshot(kSentContent);
    group[1]->compact(group[1]->status().applied);
    group.tick(5);
  }
  CHECK(group[1]->status().first > Index{40});
  group[3].restart();
  group.tick(300);
  CHECK(group[3]->status().last == group[1]->status().last);
}

TEST_CASE("whoever stops leading lets go of every snapshot that it was sending",
          "[raft][snapshot][P87]") {
  Lagging lagging;
  ReplicaGroup& group = lagging.group;
  group.lose(
      [](const Message& message) { return std::holds_alternative<InstallSnapshot>(message.body); });
  group.tick(20);
  REQUIRE_FALSE(group[1].snapshots.empty());
  REQUIRE(group[1].snapshots_done.empty());
  group[1]->step_down();
  group[1].drain();
  REQUIRE(group[1].snapshots_done.size() == 1);
  CHECK(group[1].snapshots_done.front() == group[1].snapshots.front().transfer);
}

TEST_CASE("a proposal that an installed snapshot covers has an unknown outcome",
          "[raft][snapshot][P65]") {
  Node node = leading();
  node.serve_snapshots();
  node->propose({.token = 9, .data = SharedBytes(std::string("x"))});
  node.drain();
  const SnapshotMeta meta = snapshot_at({Term{5}, Index{20}}, 3, kSentContent);
  node->step(message_from(3, 5, chunk_of(meta, 1, 0, kSentContent)));
  node.drain();
  REQUIRE(node.restored.size() == 1);
  REQUIRE(node.outcomes.size() == 1);
  CHECK(node.outcomes.front().token == 9);
  CHECK(node.outcomes.front().status.code() == Code::kUnknownOutcome);
}

}  // namespace
}  // namespace quorate::raft::testing
