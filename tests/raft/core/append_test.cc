// The receiver of AppendEntries: what it keeps, cuts, commits and acknowledges.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

using Outcome = AppendEntriesResult::Outcome;

// An append behind `prev` of entries with these terms.
AppendEntries append(LogId prev,
                     const std::vector<std::uint64_t>& terms,
                     std::uint64_t commit = 0) {
  AppendEntries request{.prev_log = prev, .leader_commit = Index{commit}, .request = 1};
  for (const std::uint64_t term : terms) {
    request.entries.push_back(entry_of(term, prev.index.value + request.entries.size() + 1));
  }
  return request;
}

AppendEntriesResult append_answer(Node& node, const Message& request) {
  static_cast<void>(node.take_messages());
  node->step(request);
  node.drain();
  const auto answers = node.sent<AppendEntriesResult>();
  REQUIRE(answers.size() == 1);
  return answers.front();
}

TEST_CASE("an acceptance leaves only once entries and term are durable", "[raft][append][P3]") {
  Node node = lone();
  node.hold_disk();
  node->step(message_from(2, 4, append({}, {4, 4})));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().empty());
  REQUIRE(node.batches.size() == 1);
  CHECK(node.batches.front().entries.size() == 2);
  CHECK(node.batches.front().hard_state->term == Term{4});
  node.release_disk();
  node.drain();
  REQUIRE(node.sent<AppendEntriesResult>().size() == 1);
  CHECK(node.sent<AppendEntriesResult>().front().match == Index{2});
}

TEST_CASE("an empty append is answered for what is durable and no more", "[raft][append][P4]") {
  Node node = lone({1}, 1);
  node.hold_disk();
  node->step(message_from(2, 1, append({Term{1}, Index{1}}, {1})));
  node->step(message_from(2, 1, append({Term{1}, Index{2}}, {})));
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().empty());
  REQUIRE(node.sent<HeartbeatResult>().size() == 1);
  CHECK(node.sent<HeartbeatResult>().front().durable_last == Index{1});
}

TEST_CASE("an acceptance says no more than its message proved", "[raft][append][P5]") {
  Node node = lone({1, 1, 1, 1}, 1);
  const auto result = append_answer(node, message_from(2, 1, append({Term{1}, Index{1}}, {1})));
  CHECK(result.outcome == Outcome::kAccepted);
  CHECK(result.match == Index{2});
}

TEST_CASE("a burst of appends is one write and one acceptance", "[raft][append]") {
  Node node = lone();
  AppendEntries second = append({Term{1}, Index{1}}, {1, 1});
  second.request = 2;
  node->step(message_from(2, 1, append({}, {1})));
  node->step(message_from(2, 1, second));
  node.drain();
  CHECK(node.batches.size() == 1);
  REQUIRE(node.sent<AppendEntriesResult>().size() == 1);
  CHECK(node.sent<AppendEntriesResult>().front().match == Index{3});
}

TEST_CASE("commit follows the message and not the log's end", "[raft][append][P47]") {
  Node node = lone({1, 1, 1, 1}, 1);
  node->step(message_from(2, 2, append({Term{1}, Index{1}}, {1}, /*commit=*/4)));
  CHECK(node->commit_index() == Index{2});
}

TEST_CASE("a late shorter append leaves a longer matching log alone", "[raft][append][P48]") {
  Node node = lone({1, 1, 2, 2}, 2);
  node->step(message_from(2, 2, append({Term{1}, Index{1}}, {1, 2})));
  node.drain();
  CHECK(node->status().last == LogId{Term{2}, Index{4}});
  CHECK(node.count(EventKind::kLogTruncated) == 0);
}

TEST_CASE("the log is cut at the first index whose term differs", "[raft][append][P48][P10]") {
  Node node = lone({1, 1, 2, 2}, 3);
  const auto result = append_answer(node, message_from(2, 3, append({Term{1}, Index{1}}, {1, 3})));
  CHECK(result.match == Index{3});
  CHECK(node->status().last == LogId{Term{3}, Index{3}});
  REQUIRE(node.batches.size() == 1);
  CHECK(node.batches.front().truncate_from == Index{3});
  CHECK(node.batches.front().entries.size() == 1);
}

TEST_CASE("a missing or differing predecessor is refused with the newest possible match",
          "[raft][append][P61]") {
  Node node = lone({1, 1, 4, 4}, 6);
  const auto beyond = append_answer(node, message_from(2, 6, append({Term{6}, Index{9}}, {})));
  CHECK(beyond.outcome == Outcome::kRejected);
  CHECK(beyond.hint == LogId{Term{4}, Index{4}});
  CHECK(beyond.last == Index{4});
  const auto older = append_answer(node, message_from(2, 6, append({Term{3}, Index{4}}, {})));
  CHECK(older.hint == LogId{Term{1}, Index{2}});
}

TEST_CASE("an append below the snapshot matches up to it", "[raft][append][P52]") {
  Recovered recovered = recovered_with(voters(3), {}, 3);
  recovered.snapshot.last = {Term{2}, Index{10}};
  recovered.last = recovered.applied = Index{10};
  Node node(options_for(1), recovered, 1);
  const auto result =
      append_answer(node, message_from(2, 3, append({Term{1}, Index{7}}, {2, 2, 2, 3})));
  CHECK(result.outcome == Outcome::kAccepted);
  CHECK(result.match == Index{11});
  CHECK(node->status().last == LogId{Term{3}, Index{11}});
}

TEST_CASE("overwriting a committed entry stops the group and writes nothing",
          "[raft][append][P11]") {
  Node node = lone({1, 1}, 1);
  node->step(message_from(2, 1, append({Term{1}, Index{2}}, {}, /*commit=*/2)));
  REQUIRE(node->commit_index() == Index{2});
  node.drain();
  const std::size_t batches = node.batches.size();
  SECTION("by an entry") {
    node->step(message_from(3, 5, append({Term{1}, Index{1}}, {5})));
  }
  SECTION("by a predecessor") {
    node->step(message_from(3, 5, append({Term{4}, Index{2}}, {5})));
  }
  node.drain();
  CHECK(node->status().stopped);
  CHECK(node.count(EventKind::kSafetyViolation) == 1);
  CHECK(node.batches.size() == batches);
  CHECK(node.sent<AppendEntriesResult>().size() == 1);  // of the first append
}

TEST_CASE("a held acceptance of an older term is forgotten with the term", "[raft][append][P3]") {
  Node node = lone();
  node.hold_disk();
  node->step(message_from(2, 1, append({}, {1})));
  node->step(message_from(3, 2, Heartbeat{Index{0}, 1}));
  node.release_disk();
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().empty());
}

TEST_CASE("a membership entry is effective when appended and undone when cut",
          "[raft][append][P67]") {
  Node node = lone({1}, 1);
  AppendEntries request = append({Term{1}, Index{1}}, {});
  request.entries.push_back(make_entry(
      {Term{1}, Index{2}}, EntryKind::kMembership, SharedBytes(encode_membership(voters(5)))));
  node->step(message_from(2, 1, request));
  CHECK(node->status().membership == voters(5));
  node->step(message_from(3, 2, append({Term{1}, Index{1}}, {2})));
  CHECK(node->status().membership == voters(3));
  node.drain();
  CHECK(node.count(EventKind::kMembershipChanged) == 2);
}

}  // namespace
}  // namespace quorate::raft::testing
