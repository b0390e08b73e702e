// What a follower does when the transport says that its leader's process is gone.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// Of a term and a log that nobody stands with.
bool is_asked_in_vain(Node& node) {
  node.drain();
  static_cast<void>(node.take_messages());
  const std::uint64_t term = node->term().value + 5;
  node->step(message_from(
      3,
      term,
      RequestVote{VoteKind::kPreVote, CampaignReason::kTimeout, Term{term + 1}, 9, LogId{}}));
  node.drain();
  const auto answers = node.sent<RequestVoteResult>();
  REQUIRE(answers.size() == 1);
  return answers.front().answer == VoteAnswer::kRefusedLeaderKnown;
}

TEST_CASE("a leader whose process is gone is forgotten and asked about soon",
          "[raft][leader_gone]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  REQUIRE(node->status().leader == replica(2));
  node->peer_lost(replica(2), PeerLoss::kProcessGone);
  CHECK_FALSE(node->status().leader.has_value());
  node->tick();
  CHECK(node->role() == Role::kPreCandidate);
  CHECK(node->term() == Term{1});
}

// What one replica asks the other refuses, whoever asks first: 2 still believes in 3 when 1 asks,
// and 2 lacks an entry that 1 has when 2 asks.
TEST_CASE("the longer log leads soon when two learn one after the other that nobody leads",
          "[raft][leader_gone]") {
  ReplicaGroup group(3);
  group.elect(3);
  group.lose([](const Message& message) { return message.to.node == NodeId{2}; });
  group[3]->propose({.token = 1, .data = SharedBytes("x")});
  group.settle();
  group.lose_nothing();
  REQUIRE(group[1].disk().size() > group[2].disk().size());
  group[3].stop();
  group[1]->peer_lost(replica(3), PeerLoss::kProcessGone);
  group.tick(2);
  REQUIRE(group[1]->role() == Role::kPreCandidate);
  REQUIRE(group[2].count(EventKind::kVoteRefused) == 1);
  group[2]->peer_lost(replica(3), PeerLoss::kProcessGone);
  group.tick(6);
  CHECK(group.leader() == 1);
}

TEST_CASE("whoever was asked before it knew that nobody leads stands without a draw",
          "[raft][leader_gone]") {
  for (std::uint64_t repeat = 0; repeat < 20; ++repeat) {
    ReplicaGroup group(3);
    group.elect(3);
    group.tick(repeat);  // other draws
    group[3].stop();
    group[1]->peer_lost(replica(3), PeerLoss::kProcessGone);
    group.tick(1);
    REQUIRE(group[2].count(EventKind::kVoteRefused) >= 1);
    group[2]->peer_lost(replica(3), PeerLoss::kProcessGone);
    group.settle();
    CHECK((group.leader() == 1 || group.leader() == 2));
  }
}

TEST_CASE("a question that was refused before the leader was heard again hastens nothing",
          "[raft][leader_gone]") {
  int standing = 0;
  for (std::uint64_t repeat = 1; repeat <= 40; ++repeat) {
    Node node = lone({1}, 1);
    node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
    REQUIRE(is_asked_in_vain(node));
    for (std::uint64_t heard = 1; heard <= repeat; ++heard)  // each draws a timeout
      node->step(message_from(2, 1, Heartbeat{Index{0}, 1 + heard}));
    node->peer_lost(replica(2), PeerLoss::kProcessGone);
    if (node->role() == Role::kPreCandidate) ++standing;
  }
  CHECK(standing > 0);  // a draw decides, as ever
  CHECK(standing < 40);
}

TEST_CASE("whoever lost only its own way to the leader asks five times and then waits",
          "[raft][leader_gone][P34]") {
  ReplicaGroup group(3);
  group.elect(3);
  const Term term = group[3]->term();
  group[1]->peer_lost(replica(3), PeerLoss::kProcessGone);
  group.lose([](const Message& message) {
    return message.to.node == NodeId{1} && message.from.node == NodeId{3};
  });
  group.tick(60);
  CHECK(group[2].count(EventKind::kVoteRefused) >= 5);
  CHECK(group[2].count(EventKind::kVoteRefused) <= 9);  // 10 to 19 ticks between the later ones
  CHECK(group.leader() == 3);
  CHECK(group[3]->term() == term);
}

TEST_CASE("a connection that merely broke is no reason to campaign", "[raft][leader_gone]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node->peer_lost(replica(2), PeerLoss::kDisconnected);
  node->peer_lost(replica(3), PeerLoss::kProcessGone);
  CHECK(node->status().leader == replica(2));
  for (int tick = 0; tick < 9; ++tick)
    node->tick();
  CHECK(node->role() == Role::kFollower);
}

}  // namespace
}  // namespace quorate::raft::testing
