// What a leader sends, counts and believes.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

using Outcome = AppendEntriesResult::Outcome;

AppendEntriesResult accepted(std::uint64_t request, std::uint64_t match) {
  return {.outcome = Outcome::kAccepted, .request = request, .match = Index{match}};
}

// Replica 1 leads term 1 with its no-op at index 1; replicas 2 and 3 have answered it.
Node streaming() {
  Node node = leading();
  node->step(message_from(2, 1, accepted(1, 1)));
  node->step(message_from(3, 1, accepted(2, 1)));  // requests are numbered over all peers
  node.drain();
  static_cast<void>(node.take_messages());
  REQUIRE(node->commit_index() == Index{1});
  return node;
}

void propose(Node& node, std::uint64_t token, std::size_t bytes = 1) {
  node->propose({.token = token, .data = SharedBytes(std::string(bytes, 'x'))});
}

const PeerStatus& peer_of(const CoreStatus& status, std::uint64_t id) {
  for (const PeerStatus& peer : status.peers) {
    if (peer.replica == replica(id)) return peer;
  }
  FAIL("no such peer");
  return status.peers.front();
}

TEST_CASE("a burst of proposals is one batch and one append per peer", "[raft][leader]") {
  Node node = streaming();
  const std::size_t batches = node.batches.size();
  for (std::uint64_t token = 1; token <= 10; ++token)
    propose(node, token);
  node.drain();
  CHECK(node.batches.size() == batches + 1);
  const auto appends = node.sent<AppendEntries>();
  REQUIRE(appends.size() == 2);
  CHECK(appends.front().entries.size() == 10);
}

TEST_CASE("a leader sends before its own disk and counts itself only after", "[raft][leader][P6]") {
  Node node = streaming();
  node.hold_disk();
  propose(node, 1);
  node.drain();
  const auto appends = node.sent<AppendEntries>();
  REQUIRE(appends.size() == 2);
  node->step(message_from(2, 1, accepted(appends.front().request, 2)));
  CHECK(node->commit_index() == Index{1});
  SECTION("its own disk makes the majority") {
    node.release_disk();
  }
  SECTION("two peers are a majority without it") {
    node->step(message_from(3, 1, accepted(appends.back().request, 2)));
  }
  CHECK(node->commit_index() == Index{2});
  CHECK_FALSE(node->status().stopped);
}

TEST_CASE("an older term's entry is committed only with one of the own term",
          "[raft][leader][P44]") {
  Node node = leading({1, 1}, 1);
  node->step(message_from(2, 2, accepted(1, 2)));
  CHECK(node->commit_index() == Index{0});
  node.drain();
  const auto appends = node.sent<AppendEntries>();
  node->step(message_from(2, 2, accepted(1, 3)));
  CHECK(node->commit_index() == Index{3});
}

TEST_CASE("late and repeated answers change nothing", "[raft][leader][P49]") {
  Node node = streaming();
  propose(node, 1);
  node.drain();
  const std::uint64_t request = node.sent<AppendEntries>().front().request;
  node->step(message_from(2, 1, accepted(request, 2)));
  const CoreStatus before = node->status();
  node->step(message_from(2, 1, accepted(request, 2)));
  node->step(message_from(2, 1, accepted(1, 1)));
  AppendEntriesResult refusal{.request = request, .prev_log = {Term{1}, Index{1}}};
  node->step(message_from(2, 1, refusal));
  Message old_incarnation = message_from(2, 1, accepted(request, 2));
  old_incarnation.from.incarnation.high = 9;
  node->step(old_incarnation);
  Message old_term = message_from(2, 0, accepted(request, 2));
  node->step(old_term);
  const CoreStatus after = node->status();
  CHECK(peer_of(after, 2).match == peer_of(before, 2).match);
  CHECK(peer_of(after, 2).next == peer_of(before, 2).next);
  CHECK(after.commit == before.commit);
  CHECK(after.messages_ignored >= 3);
}

TEST_CASE("a heartbeat's commit never exceeds what the peer acknowledged", "[raft][leader][P57]") {
  Node node = leading();
  node->step(message_from(2, 1, accepted(1, 1)));
  REQUIRE(node->commit_index() == Index{1});
  node.drain();
  static_cast<void>(node.take_messages());
  node->tick();
  node->tick();
  node.drain();
  for (const Message& message : node.take_messages()) {
    const auto* heartbeat = std::get_if<Heartbeat>(&message.body);
    if (heartbeat == nullptr) continue;
    CHECK(heartbeat->commit == (message.to == replica(2) ? Index{1} : Index{0}));
  }
}

TEST_CASE("a lost probe is repeated after a heartbeat answer", "[raft][leader][P56]") {
  Node node = leading();
  for (std::uint64_t i = 0; i < 2; ++i)
    node->tick();
  node.drain();
  const auto rounds = node.sent<Heartbeat>();
  REQUIRE_FALSE(rounds.empty());
  static_cast<void>(node.take_messages());
  node->step(message_from(2, 1, HeartbeatResult{rounds.back().round, Index{0}}));
  node.drain();
  CHECK(node.sent<AppendEntries>().size() == 1);
}

TEST_CASE("a full pipeline waits and a heartbeat answer frees it in the end",
          "[raft][leader][P55][P56]") {
  Node node = streaming();
  for (std::uint64_t token = 1; token <= 20; ++token) {
    propose(node, token);
    node.drain();
  }
  // 16 places for each peer; the word that the no-op is committed takes none.
  CHECK(node.sent<AppendEntries>().size() == 2 * 16);
  for (int i = 0; i < 6; ++i)
    node->tick();
  node.drain();
  const std::uint64_t round = node.sent<Heartbeat>().back().round;
  static_cast<void>(node.take_messages());
  node->step(message_from(2, 1, HeartbeatResult{round, Index{1}}));
  node.drain();
  const auto again = node.sent<AppendEntries>();
  REQUIRE(again.size() == 1);
  CHECK(again.front().prev_log.index == Index{1});
  CHECK(again.front().entries.size() == 20);
}

TEST_CASE("bytes in flight stay within their bound but one entry always fits",
          "[raft][leader][P62][P55]") {
  Options options = options_for(1);
  options.append_bytes_max = 64;
  options.in_flight_bytes_max = 100;
  Node node(options, recovered_with(voters(1), {}, 0), 1);
  ReplicaGroup group;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    options.self = replica(id);
    group.add(id, options, recovered_with(voters(3), {}, 0));
  }
  group.elect(1);
  propose(group[1], 1, /*bytes=*/5000);
  propose(group[1], 2, /*bytes=*/10);
  group.settle();
  CHECK(group[1]->commit_index() == Index{3});
  CHECK(group[3]->commit_index() == Index{3});
}

TEST_CASE("entries that left memory are fetched for the peer that needs them",
          "[raft][leader][P54]") {
  ReplicaGroup group;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const std::vector<std::uint64_t> terms(id == 3 ? 2 : 40, 1);
    group.add(id, options_for(id), recovered_with(voters(3), terms, 1));
  }
  group.elect(1);
  CHECK(group[1].fetches.size() == 1);
  CHECK(group[1].fetches.front().first == Index{3});
  CHECK(group[1].fetches.front().last == Index{40});
  CHECK(group[3]->status().last == group[1]->status().last);
  CHECK(group[3].disk() == group[1].disk());
}

TEST_CASE("a failed or foreign fetch sends nothing", "[raft][leader][P54]") {
  Node node = leading(std::vector<std::uint64_t>(5, 1), 1);
  node->step(message_from(2,
                          2,
                          AppendEntriesResult{.outcome = Outcome::kRejected,
                                              .request = 1,
                                              .prev_log = {Term{1}, Index{5}},
                                              .hint = {Term{1}, Index{1}},
                                              .last = Index{1}}));
  static_cast<void>(node->take_ready());
  node->step(message_from(2, 2, accepted(3, 1)));
  const Ready ready = node->take_ready();
  REQUIRE(ready.fetches.size() == 1);
  CHECK(ready.fetches.front().first == Index{2});
  SECTION("nothing read") {
    node->entries_fetched(replica(2), Index{2}, {});
  }
  SECTION("a gap") {
    node->entries_fetched(replica(2), Index{2}, {entry_of(1, 3)});
  }
  SECTION("another term") {
    node->entries_fetched(replica(2), Index{2}, {entry_of(2, 2)});
  }
  SECTION("another peer") {
    node->entries_fetched(replica(3), Index{2}, {entry_of(1, 2)});
  }
  SECTION("damaged") {
    Entry damaged = entry_of(1, 2);
    damaged.checksum ^= 1;
    node->entries_fetched(replica(2), Index{2}, {damaged});
  }
  for (const Message& message : node->take_ready().messages)
    CHECK_FALSE((message.to == replica(2) && std::holds_alternative<AppendEntries>(message.body)));
}

TEST_CASE("a peer whose entries are compacted is offered a snapshot", "[raft][leader][P60]") {
  Recovered recovered = recovered_with(voters(3), {}, 1);
  recovered.snapshot.last = {Term{1}, Index{10}};
  recovered.last = recovered.applied = Index{10};
  ReplicaGroup group;
  group.add(1, options_for(1), recovered);
  group.add(2, options_for(2), recovered);
  group.add(3, options_for(3), recovered_with(voters(3), {}, 1));
  group.elect(1);
  REQUIRE_FALSE(group[1].snapshots.empty());
  CHECK(group[1].snapshots.front().transfer.peer == replica(3));
  CHECK(peer_of(group[1]->status(), 3).state == "snapshot");
  CHECK(group[1]->commit_index() == Index{11});
}

TEST_CASE("a peer that lost what it acknowledged is repaired but not counted",
          "[raft][leader][P51][P58]") {
  Node node = streaming();
  node->tick();
  node->tick();
  node.drain();
  const std::uint64_t round = node.sent<Heartbeat>().back().round;
  static_cast<void>(node.take_messages());
  node->step(message_from(2, 1, HeartbeatResult{round, Index{0}}));
  node.drain();
  CHECK(node.count(EventKind::kPeerState, "amnesia") == 1);
  REQUIRE(node.sent<AppendEntries>().size() == 1);
  CHECK(node.sent<AppendEntries>().front().prev_log == LogId{});
  const std::uint64_t request = node.sent<AppendEntries>().front().request;
  node.hold_disk();
  propose(node, 1);
  node.drain();
  node->step(message_from(2, 1, accepted(request, 2)));
  node.release_disk();
  CHECK(node->commit_index() == Index{1});
  CHECK_FALSE(node->status().stopped);
}

TEST_CASE("an older heartbeat answer is no sign of amnesia", "[raft][leader][P51]") {
  Node node = leading();
  const std::uint64_t round = 1;
  node->step(message_from(2, 1, accepted(1, 1)));
  node->step(message_from(2, 1, HeartbeatResult{round, Index{0}}));
  node.drain();
  CHECK(node.count(EventKind::kPeerState, "amnesia") == 0);
}

TEST_CASE("a leader that hears no quorum for an election timeout steps down",
          "[raft][leader][P39][P40]") {
  Node node = streaming();
  for (int i = 0; i < 9; ++i)
    node->tick();
  CHECK(node->role() == Role::kLeader);
  node->tick();
  CHECK(node->role() == Role::kFollower);
  CHECK(node->term() == Term{1});
}

TEST_CASE("a leader whose disk hangs steps down", "[raft][leader][P105]") {
  Node node = streaming();
  node->storage_health(StorageHealth::kSlow);
  CHECK(node->role() == Role::kLeader);
  node->storage_health(StorageHealth::kHung);
  CHECK(node->role() == Role::kFollower);
}

}  // namespace
}  // namespace quorate::raft::testing
