// Proposals, reads and transfers: what clients ask for, and how each ends exactly once.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Proposal command(ProposalToken token, std::size_t bytes = 1) {
  return {.token = token, .data = SharedBytes(std::string(bytes, 'x'))};
}

Code end_of(Node& node, Proposal proposal) {
  node.drain();
  node.outcomes.clear();
  node->propose(std::move(proposal));
  node.drain();
  REQUIRE(node.outcomes.size() == 1);
  return node.outcomes.front().status.code();
}

TEST_CASE("a proposal that cannot be is refused by name at once", "[raft][propose][P64]") {
  Node follower = lone();
  CHECK(end_of(follower, command(1)) == Code::kNotLeader);
  Node node = leading();
  Proposal fenced = command(2);
  fenced.expected_term = Term{9};
  CHECK(end_of(node, fenced) == Code::kFailedPrecondition);
  CHECK(end_of(node, command(3, 9U << 20U)) == Code::kInvalidArgument);
  Proposal membership = command(4);
  membership.kind = EntryKind::kMembership;
  CHECK(end_of(node, membership) == Code::kInvalidArgument);
  CHECK(node->status().last.index == Index{1});
}

TEST_CASE("uncommitted bytes are bounded and return to zero", "[raft][propose][P66]") {
  Options options = options_for(1);
  options.entry_bytes_max = 1000;
  options.uncommitted_bytes_max = 2000;
  Node node(options, recovered_with(voters(1), {}, 0), 1);
  node->campaign();
  node.drain();
  node.hold_disk();
  node->propose(command(1, 900));
  node->propose(command(2, 900));
  CHECK(node->status().uncommitted_bytes == 2 * 932);
  CHECK(end_of(node, command(3, 900)) == Code::kBusy);
  SECTION("by commit") {
    node.release_disk();
  }
  SECTION("by stepping down") {
    node->step_down();
  }
  CHECK(node->status().uncommitted_bytes == 0);
}

TEST_CASE("a deposed leader's proposals end when their place is decided", "[raft][propose][P65]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.isolate(1);
  group[1]->propose(command(7));
  group[1]->propose(command(8));
  group.settle();
  group[1]->step_down();
  group.tick(40);
  REQUIRE(group.leader() != 1);
  REQUIRE(group[1].outcomes.empty());
  group.lose_nothing();
  group.tick(40);
  REQUIRE(group[1].outcomes.size() == 2);
  for (const ProposalOutcome& outcome : group[1].outcomes)
    CHECK(outcome.status.code() == Code::kNotLeader);
}

TEST_CASE("a deposed leader's proposal may still be committed by its successor",
          "[raft][propose][P64]") {
  ReplicaGroup group(3);
  group.elect(1);
  group[1]->propose(command(7));
  group.lose([](const Message& message) { return message.to.node.value == 1; });
  group.settle();
  group[1]->step_down();
  group.lose_nothing();
  group.elect(2);
  REQUIRE(group[1].outcomes.size() == 1);
  CHECK(group[1].outcomes.front().status.is_ok());
}

TEST_CASE("a read waits for an entry of the leader's own term", "[raft][read][P93]") {
  Node node = leading({1}, 1);
  node->read(5);
  node.drain();
  static_cast<void>(node.take_messages());
  for (std::uint64_t round = 1; round <= 3; ++round)
    node->step(message_from(2, 2, HeartbeatResult{round, Index{1}}));
  node.drain();
  CHECK(node.reads.empty());
  node->step(message_from(
      2,
      2,
      AppendEntriesResult{
          .outcome = AppendEntriesResult::Outcome::kAccepted, .request = 1, .match = Index{2}}));
  node.drain();
  const auto rounds = node.sent<Heartbeat>();
  REQUIRE_FALSE(rounds.empty());
  node->step(message_from(2, 2, HeartbeatResult{rounds.back().round, Index{2}}));
  node.drain();
  REQUIRE(node.reads.size() == 1);
  CHECK(node.reads.front().index == Index{2});
}

TEST_CASE("only answers to heartbeats sent after the read confirm it", "[raft][read][P94][P95]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  group[1]->tick();
  group[1]->tick();
  group[1].drain();
  const std::uint64_t before = group[1].sent<Heartbeat>().back().round;
  group[1]->read(5);
  group[1].drain();
  const std::uint64_t after = group[1].sent<Heartbeat>().back().round;
  CHECK(after > before);
  group[1]->step(message_from(2, 1, HeartbeatResult{before, Index{1}}));
  group[1].drain();
  CHECK(group[1].reads.empty());
  group[1]->step(message_from(2, 1, HeartbeatResult{after + 7, Index{1}}));
  group[1].drain();
  CHECK(group[1].reads.empty());
  group[1]->step(message_from(3, 1, HeartbeatResult{after, Index{1}}));
  group[1].drain();
  REQUIRE(group[1].reads.size() == 1);
  CHECK(group[1].reads.front().status.is_ok());
}

// A heartbeat of the leader's earlier term arrives late; its round has the number of the round that
// the read below will begin. The answer left before there was a read: it cannot confirm it.
TEST_CASE("an answer to a heartbeat of an earlier leadership confirms no read",
          "[raft][read][P49][P94]") {
  ReplicaGroup group(3);
  for (const std::uint64_t leader : {1U, 2U, 1U})
    group.elect(leader);
  REQUIRE(group[1]->term() == group[2]->term());
  group[1]->tick();
  group[1]->tick();
  group[1].drain();
  const std::uint64_t next = group[1].sent<Heartbeat>().back().round + 1;
  Message late = message_from(1, 1, Heartbeat{Index{0}, next});
  late.to = replica(2);
  group[2]->step(late);
  group[2].drain();
  const std::vector<Message> answers = group[2].take_messages();
  REQUIRE(answers.size() == 1);
  group[1]->read(5);
  group[1].drain();
  REQUIRE(group[1].sent<Heartbeat>().back().round == next);
  group[1]->step(answers.front());
  group[1].drain();
  CHECK(group[1].reads.empty());
}

TEST_CASE("reads of one moment share one round", "[raft][read]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  for (ReadToken token = 1; token <= 50; ++token)
    group[1]->read(token);
  group[1].drain();
  CHECK(group[1].sent<Heartbeat>().size() == 2);
  group.settle();
  CHECK(group[1].reads.size() == 50);
}

TEST_CASE("a follower's read asks the leader and gets its commit index", "[raft][read][P96]") {
  ReplicaGroup group(3);
  group.elect(1);
  group[1]->propose(command(1));
  group.settle();
  group[2]->read(5);
  group.settle();
  REQUIRE(group[2].reads.size() == 1);
  CHECK(group[2].reads.front().status.is_ok());
  CHECK(group[2].reads.front().index == Index{2});
}

TEST_CASE("a waiting read fails for certain when its leader is lost", "[raft][read][P97]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  group.lose([](const Message& message) {
    return std::holds_alternative<ReadIndexRequest>(message.body);
  });
  group[2]->read(5);
  group[2].drain();
  SECTION("no answer comes") {
    group.tick(11);
  }
  SECTION("the connection breaks") {
    group[2]->peer_lost(replica(1), PeerLoss::kDisconnected);
  }
  SECTION("another term begins") {
    Message heartbeat = message_from(3, 9, Heartbeat{Index{0}, 1});
    heartbeat.to = replica(2);
    group[2]->step(heartbeat);
  }
  group[2].drain();
  REQUIRE(group[2].reads.size() == 1);
  CHECK(group[2].reads.front().status.code() == Code::kUnavailable);
}

TEST_CASE("a deposed leader refuses what still waits", "[raft][read][P97]") {
  Node node = leading();
  node->read(5);
  node->step(message_from(2, 1, ReadIndexRequest{77}));
  node.drain();
  static_cast<void>(node.take_messages());
  node->step_down();
  node.drain();
  REQUIRE(node.reads.size() == 1);
  CHECK(node.reads.front().status.code() == Code::kNotLeader);
  REQUIRE(node.sent<ReadIndexResult>().size() == 1);
  CHECK(node.sent<ReadIndexResult>().front() == ReadIndexResult{77, true, Index{}});
}

TEST_CASE("reads beyond their bound are refused as busy", "[raft][read]") {
  Options options = options_for(1);
  options.pending_reads_max = 2;
  Node node(options, recovered_with(voters(3), {}, 0), 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  for (ReadToken token = 1; token <= 3; ++token)
    node->read(token);
  node.drain();
  REQUIRE(node.reads.size() == 1);
  CHECK(node.reads.front().status.code() == Code::kBusy);
}

TEST_CASE("a transfer moves the leadership without a lost proposal", "[raft][transfer][P103]") {
  ReplicaGroup group(3);
  group.elect(1);
  group[1]->propose(command(1));
  group[1]->transfer(NodeId{3});
  CHECK(end_of(group[1], command(2)) == Code::kBusy);
  group.settle();
  CHECK(group.leader() == 3);
  CHECK(group[3]->term() == Term{2});
  CHECK(group[3]->commit_index() == Index{3});
}

TEST_CASE("a transfer to nobody fit is refused by name", "[raft][transfer][P104]") {
  Node node = leading();
  node->transfer(NodeId{1});
  node->transfer(NodeId{9});
  node->transfer(NodeId{2});
  node->transfer(NodeId{3});
  node.drain();
  CHECK(node.count(EventKind::kTransfer, "refused: we lead already") == 1);
  CHECK(node.count(EventKind::kTransfer, "refused: not a member") == 1);
  CHECK(node.count(EventKind::kTransfer, "started") == 1);
  CHECK(node.count(EventKind::kTransfer, "refused: a transfer is under way") == 1);
  CHECK(node.sent<TimeoutNow>().empty());
}

TEST_CASE("an expired transfer restores service in the same term", "[raft][transfer][P103]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  group.lose([](const Message& message) { return message.to.node.value == 3; });
  group[1]->propose(command(1));
  group[1]->transfer(NodeId{3});
  group.tick(10);
  CHECK(group[1].count(EventKind::kTransfer, "expired") == 1);
  CHECK(group[1]->role() == Role::kLeader);
  CHECK(group[1]->term() == Term{1});
  group[1].outcomes.clear();
  group[1]->propose(command(2));
  group.settle();
  CHECK(group[1].outcomes.size() == 1);
}

TEST_CASE("a target that lacks the leader's log refuses to campaign", "[raft][transfer][P103]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node->step(message_from(2, 1, TimeoutNow{{Term{1}, Index{2}}}));
  node->step(message_from(3, 1, TimeoutNow{{Term{1}, Index{1}}}));
  CHECK(node->role() == Role::kFollower);
  node.drain();
  CHECK(node.count(EventKind::kMessageIgnored, "log_behind") == 1);
  CHECK(node.count(EventKind::kMessageIgnored, "not_from_leader") == 1);
}

}  // namespace
}  // namespace quorate::raft::testing
