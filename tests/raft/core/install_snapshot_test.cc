// The receiver of a snapshot: from the first chunk to the restored state machine.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

using SnapshotOutcome = InstallSnapshotResult::Outcome;

const std::string kInstalledContent = "0123456789";

LogId at(std::uint64_t term, std::uint64_t index) {
  return {Term{term}, Index{index}};
}

// A whole snapshot in one chunk, verified by the driver at once.
void install(Node& node, const SnapshotMeta& meta, std::uint64_t leader_term) {
  node->step(message_from(2, leader_term, chunk_of(meta, 1, 0, kInstalledContent)));
  node.drain();
  REQUIRE_FALSE(node.received.empty());
  node->snapshot_received(node.received.back().transfer, meta.bytes);
  node->snapshot_verified(node.received.back().transfer);
}

TEST_CASE("a snapshot that the log leads to keeps what is behind it", "[raft][snapshot][P81]") {
  Node node = lone({1, 1, 2, 2, 2}, 2);
  install(node, snapshot_at(at(2, 3), 3, kInstalledContent), 3);
  node.drain();
  CHECK(node->status().first == Index{4});
  CHECK(node->status().last == at(2, 5));
  CHECK(node->commit_index() == Index{3});
  REQUIRE(node.disk().size() == 2);
  CHECK(node.disk().front().id == at(2, 4));
}

TEST_CASE("a snapshot that the log contradicts replaces all of it in one write",
          "[raft][snapshot][P81][P82][M6]") {
  Node node = lone({1, 1, 1, 1, 1}, 1);
  node.batches.clear();
  install(node, snapshot_at(at(2, 3), 3, kInstalledContent), 3);
  node.drain();
  CHECK(node->status().first == Index{4});
  CHECK(node->status().last == at(2, 3));
  CHECK(node.disk().empty());
  const auto replacing =
      std::count_if(node.batches.begin(), node.batches.end(), [](const auto& batch) {
        return batch.snapshot.has_value();
      });
  CHECK(replacing == 1);
  CHECK(node.batches.back().snapshot->last == at(2, 3));
}

TEST_CASE("a log that is shorter than the snapshot ends where it does", "[raft][snapshot][P81]") {
  Node node = lone({1, 1}, 1);
  install(node, snapshot_at(at(1, 9), 3, kInstalledContent), 1);
  node.drain();
  CHECK(node->status().last == at(1, 9));
  CHECK(node->term_at(Index{9}) == Term{1});
  CHECK_FALSE(node->term_at(Index{2}).has_value());  // compacted: unknown and not zero
}

TEST_CASE("a snapshot is acknowledged once log and base are durable", "[raft][snapshot][P3]") {
  Node node = lone({1, 1}, 1);
  node.hold_disk();
  install(node, snapshot_at(at(1, 9), 3, kInstalledContent), 1);
  node.drain();
  const auto installed = [&] {
    for (const auto& result : node.sent<InstallSnapshotResult>()) {
      if (result.outcome == SnapshotOutcome::kInstalled) return true;
    }
    return false;
  };
  CHECK_FALSE(installed());
  CHECK(node.restored.empty());
  // What an append behind it proves is not durable before the log that it follows.
  node->step(message_from(2, 1, AppendEntries{at(1, 9), Index{9}, 1, {}}));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().empty());
  node.release_disk();
  node.drain();
  CHECK(installed());
  CHECK(node.sent<AppendEntriesResult>().size() == 1);
  REQUIRE(node.restored.size() == 1);
  CHECK(node.restored.front().last == at(1, 9));
}

TEST_CASE("what a replaced log had durable proves nothing about the new one",
          "[raft][snapshot][P3][P9]") {
  Node node = lone({1, 1, 1, 1, 1, 1}, 1);
  node.hold_disk();
  install(node, snapshot_at(at(2, 4), 3, kInstalledContent), 3);
  node->step(message_from(2, 3, AppendEntries{at(2, 4), Index{4}, 1, {entry_of(3, 5)}}));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().empty());
  node.release_disk();
  node.drain();
  REQUIRE(node.sent<AppendEntriesResult>().size() == 1);
  CHECK(node.sent<AppendEntriesResult>().front().match == Index{5});
}

TEST_CASE("a snapshot at or below commit is answered as there and never installed",
          "[raft][snapshot][P85]") {
  Node node = lone({1, 1}, 1);
  node->step(message_from(2, 1, AppendEntries{at(1, 2), Index{2}, 1, {}}));
  node->step(
      message_from(2, 1, chunk_of(snapshot_at(at(1, 2), 3, kInstalledContent), 1, 0, "0123")));
  node.drain();
  const auto answers = node.sent<InstallSnapshotResult>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].outcome == SnapshotOutcome::kInstalled);
  CHECK(answers[0].last == Index{2});
  CHECK(node.received.empty());
  CHECK(node->status().first == Index{1});
}

TEST_CASE("a snapshot that commit has passed meanwhile is not installed", "[raft][snapshot][P85]") {
  Node node = lone({1, 1}, 1);
  const SnapshotMeta meta = snapshot_at(at(1, 2), 3, kInstalledContent);
  node->step(message_from(2, 1, chunk_of(meta, 1, 0, kInstalledContent)));
  node->step(message_from(2, 1, AppendEntries{at(1, 2), Index{2}, 1, {}}));
  node.drain();
  node->snapshot_verified(node.received.back().transfer);
  node.drain();
  CHECK(node->status().first == Index{1});
  CHECK(node.restored.empty());
  CHECK(node.sent<InstallSnapshotResult>().back().outcome == SnapshotOutcome::kInstalled);
}

TEST_CASE("a snapshot that contradicts a committed entry stops the group",
          "[raft][snapshot][P85]") {
  Node node = lone({1, 1}, 1);
  node->step(message_from(2, 2, AppendEntries{at(1, 2), Index{2}, 1, {}}));
  node->step(message_from(
      2, 2, chunk_of(snapshot_at(at(2, 2), 3, kInstalledContent), 1, 0, kInstalledContent)));
  node.drain();
  CHECK(node->status().stopped);
  CHECK(node.count(EventKind::kSafetyViolation) == 1);
}

TEST_CASE("while the state machine is replaced nothing is applied read or campaigned for",
          "[raft][snapshot][P88]") {
  Node node = lone({1, 1}, 1);
  install(node, snapshot_at(at(1, 9), 3, kInstalledContent), 1);
  node->step(message_from(2, 1, AppendEntries{at(1, 9), Index{10}, 1, {entry_of(1, 10)}}));
  node.drain();
  REQUIRE(node.restored.size() == 1);
  CHECK(node->status().restoring);
  CHECK(node.applied.empty());
  node->read(7);
  node.drain();
  REQUIRE(node.reads.size() == 1);
  CHECK(node.reads.front().status.code() == Code::kUnavailable);
  for (int i = 0; i < 60; ++i)
    node->tick();
  node->campaign();
  CHECK(node->role() == Role::kFollower);

  SECTION("but it votes by the log that it has") {
    static_cast<void>(node.take_messages());
    const auto ask = [&](LogId last) {
      return RequestVote{VoteKind::kVote, CampaignReason::kTransfer, Term{2}, 1, last};
    };
    node->step(message_from(3, 2, ask(at(1, 9))));
    node.drain();
    CHECK(node.sent<RequestVoteResult>().back().answer == VoteAnswer::kRefusedLog);
    node->step(message_from(3, 2, ask(at(1, 10))));
    node.drain();
    CHECK(node.sent<RequestVoteResult>().back().answer == VoteAnswer::kGranted);
  }
  SECTION("and goes on behind the snapshot once it is replaced") {
    node->applied(Index{9});
    node.drain();
    CHECK_FALSE(node->status().restoring);
    REQUIRE(node.applied.size() == 1);
    CHECK(node.applied.front().id == at(1, 10));
    node->campaign();
    CHECK(node->role() == Role::kPreCandidate);
  }
}

TEST_CASE("what is being applied is finished before the log is replaced", "[raft][snapshot][P88]") {
  Node node = lone({1, 1}, 1);
  node->step(message_from(2, 1, AppendEntries{at(1, 2), Index{2}, 1, {}}));
  const Ready ready = node->take_ready();
  REQUIRE(ready.apply.last == Index{2});
  node->step(message_from(
      2, 1, chunk_of(snapshot_at(at(2, 5), 3, kInstalledContent), 1, 0, kInstalledContent)));
  // The term of the snapshot is above the message's: ignored; the next one is right.
  const SnapshotMeta meta = snapshot_at(at(1, 5), 3, kInstalledContent);
  node->step(message_from(2, 1, chunk_of(meta, 2, 0, kInstalledContent)));
  const Ready chunk = node->take_ready();
  REQUIRE(chunk.snapshots_received.size() == 1);
  node->snapshot_verified(chunk.snapshots_received.front().transfer);
  CHECK(node->status().first == Index{1});
  node->applied(Index{2});
  CHECK(node->status().first == Index{6});
}

TEST_CASE("chunks of two transfers never mix", "[raft][snapshot][P86][P87]") {
  Node node = lone({1}, 1);
  const SnapshotMeta meta = snapshot_at(at(1, 9), 3, kInstalledContent);
  node->step(message_from(2, 1, chunk_of(meta, 1, 0, "0123")));
  node->step(message_from(2, 1, chunk_of(meta, 2, 0, "0123")));
  node.drain();
  REQUIRE(node.received.size() == 2);
  const SnapshotTransfer old = node.received[0].transfer;
  node->step(message_from(2, 1, chunk_of(meta, 1, 4, "4567")));
  node.drain();
  CHECK(node.received.size() == 2);
  node->snapshot_verified(old);
  node->snapshot_refused(old);
  node.drain();
  CHECK(node->status().first == Index{1});
  CHECK(node.sent<InstallSnapshotResult>().empty());
}

TEST_CASE("duplicates of one transfer install one snapshot", "[raft][snapshot][P87]") {
  Node node = lone({1}, 1);
  node.serve_snapshots();
  const SnapshotMeta meta = snapshot_at(at(1, 9), 3, kInstalledContent);
  for (int i = 0; i < 3; ++i) {
    node->step(message_from(2, 1, chunk_of(meta, 1, 0, "01234")));
    node->step(message_from(2, 1, chunk_of(meta, 1, 5, "56789")));
    node.drain();
  }
  CHECK(node.restored.size() == 1);
  CHECK(node.count(EventKind::kSnapshotInstalled) == 1);
}

TEST_CASE("a snapshot that does not verify changes nothing and is refused",
          "[raft][snapshot][P92]") {
  Node node = lone({1}, 1);
  node.serve_snapshots();
  SnapshotMeta meta = snapshot_at(at(1, 9), 3, kInstalledContent);
  SECTION("a damaged chunk is not even taken") {
    InstallSnapshot damaged = chunk_of(meta, 1, 0, kInstalledContent);
    damaged.chunk_checksum ^= 1;
    node->step(message_from(2, 1, damaged));
    node.drain();
    CHECK(node.received.empty());
  }
  SECTION("a whole with the wrong checksum is refused") {
    meta.checksum ^= 1;
    node->step(message_from(2, 1, chunk_of(meta, 1, 0, kInstalledContent)));
    node.drain();
    CHECK(node.sent<InstallSnapshotResult>().back().outcome == SnapshotOutcome::kRefused);
  }
  CHECK(node.restored.empty());
  CHECK(node->status().first == Index{1});
}

TEST_CASE("the membership of a snapshot replaces the older one as a whole",
          "[raft][snapshot][P74]") {
  Node node = lone({1}, 1);
  install(node, snapshot_at(at(1, 9), 4, kInstalledContent), 1);
  node.drain();
  CHECK(node->status().membership == voters(4));
}

TEST_CASE("a new transfer may be of any newer snapshot", "[raft][snapshot][P89]") {
  Node node = lone({1}, 1);
  node.serve_snapshots();
  node->step(
      message_from(2, 1, chunk_of(snapshot_at(at(1, 9), 3, kInstalledContent), 1, 0, "0123")));
  node.drain();
  node->step(message_from(
      2, 1, chunk_of(snapshot_at(at(1, 12), 3, kInstalledContent), 2, 0, kInstalledContent)));
  node.drain();
  CHECK(node->status().last == at(1, 12));
}

}  // namespace
}  // namespace quorate::raft::testing
