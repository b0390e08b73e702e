#include "raft/core/message_trace.h"

#include <vector>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

MessageTrace traced(MessageBody body) {
  return trace_of(message_from(2, 5, std::move(body)));
}

// What every message of traced() has.
MessageTrace from_2(std::string_view type) {
  MessageTrace trace;
  trace.type = type;
  trace.from = {2};
  trace.to = {1};
  trace.term = {5};
  return trace;
}

TEST_CASE("a trace of a question tells the place in the log that it speaks of",
          "[raft][message_trace]") {
  const LogId last{{4}, {9}};
  MessageTrace expected = from_2("request_vote");
  expected.log = last;
  CHECK(traced(RequestVote{.last_log = last}) == expected);
  expected.type = "timeout_now";
  CHECK(traced(TimeoutNow{.last_log = last}) == expected);

  expected = from_2("append_entries");
  expected.log = last;
  expected.commit = {8};
  expected.count = 2;
  AppendEntries append{.prev_log = last, .leader_commit = {8}};
  append.entries.resize(2);
  CHECK(traced(append) == expected);

  expected = from_2("heartbeat");
  expected.commit = {8};
  CHECK(traced(Heartbeat{.commit = {8}}) == expected);

  expected = from_2("install_snapshot");
  expected.log = last;
  expected.count = 3;
  InstallSnapshot snapshot;
  snapshot.meta.last = last;
  snapshot.chunk = SharedBytes("abc");
  CHECK(traced(snapshot) == expected);
  CHECK(traced(ReadIndexRequest{}) == from_2("read_index_request"));
}

TEST_CASE("a trace of an answer tells whether it refuses and where it points",
          "[raft][message_trace]") {
  MessageTrace expected = from_2("append_entries_result");
  expected.log.index = {7};
  using Append = AppendEntriesResult;
  CHECK(traced(Append{.outcome = Append::Outcome::kAccepted, .match = {7}}) == expected);
  expected.log = {{4}, {9}};
  expected.hint = {{3}, {6}};
  expected.reject = true;
  CHECK(traced(Append{.outcome = Append::Outcome::kRejected,
                      .prev_log = expected.log,
                      .hint = expected.hint}) == expected);

  expected = from_2("request_vote_result");
  CHECK(traced(RequestVoteResult{.answer = VoteAnswer::kGranted}) == expected);
  expected.reject = true;
  CHECK(traced(RequestVoteResult{.answer = VoteAnswer::kRefusedLog}) == expected);

  expected = from_2("heartbeat_result");
  expected.log.index = {7};
  CHECK(traced(HeartbeatResult{.durable_last = {7}}) == expected);
  expected.type = "read_index_result";
  CHECK(traced(ReadIndexResult{.read_index = {7}}) == expected);
  expected.type = "install_snapshot_result";
  using Install = InstallSnapshotResult;
  CHECK(traced(Install{.outcome = Install::Outcome::kInstalled, .last = {7}}) == expected);
  expected.reject = true;
  CHECK(traced(Install{.outcome = Install::Outcome::kRefused, .last = {7}}) == expected);
}

TEST_CASE("sent and received messages are events that carry their trace", "[raft][message_trace]") {
  Options options = options_for(1);
  options.trace_messages = true;
  Node node(options, recovered_with(voters(3), {1}, 1), /*seed=*/42);
  node->step(message_from(2, 1, Heartbeat{.commit = {1}, .round = 3}));
  node.drain();
  std::vector<MessageTrace> sent;
  std::vector<MessageTrace> received;
  for (const Event& event : node.events) {
    if (event.kind == EventKind::kMessageSent) sent.push_back(event.message.value());
    if (event.kind == EventKind::kMessageReceived) received.push_back(event.message.value());
  }
  REQUIRE(received.size() == 1);
  CHECK(received[0].type == "heartbeat");
  CHECK(received[0].commit == Index{1});
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].type == "heartbeat_result");
  CHECK(sent[0].to == NodeId{2});
  CHECK(sent[0].log.index == Index{1});
}

}  // namespace
}  // namespace quorate::raft::testing
