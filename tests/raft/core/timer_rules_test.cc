// The timer rules, one row each: what an event does to the election timer, to the memory of a
// leader (stickiness) and to the term.
#include <vector>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// Timeouts are 10 to 19 ticks: after 9 ticks a reset shows in that 9 more pass without a campaign,
// and no reset shows in a campaign within the 10 ticks that follow.
void age(Node& node) {
  for (int i = 0; i < 9; ++i)
    node->tick();
  REQUIRE(node->role() == Role::kFollower);
}

bool campaigns_within(Node& node, int ticks) {
  for (int i = 0; i < ticks && node->role() == Role::kFollower; ++i)
    node->tick();
  return node->role() != Role::kFollower;
}

// Whether the node would refuse a pre-vote because it knows a leader.
bool is_sticky(Node& node) {
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

RequestVote vote(std::uint64_t term, LogId last_log) {
  return {VoteKind::kVote, CampaignReason::kTimeout, Term{term}, 1, last_log};
}

AppendEntries append(LogId prev) {
  return {.prev_log = prev, .leader_commit = Index{0}, .request = 1, .entries = {}};
}

TEST_CASE("an accepted append resets the timer and refreshes the contact", "[raft][timers][P28]") {
  Node node = lone({1}, 1);
  age(node);
  node->step(message_from(2, 3, append({Term{1}, Index{1}})));
  CHECK(node->term() == Term{3});
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("an append refused for mismatch resets the timer all the same", "[raft][timers][P28]") {
  Node node = lone({1}, 1);
  age(node);
  node->step(message_from(2, 1, append({Term{1}, Index{7}})));
  CHECK(is_sticky(node));
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("a heartbeat resets the timer and refreshes the contact", "[raft][timers][P28]") {
  Node node = lone({1}, 1);
  age(node);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  CHECK(is_sticky(node));
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("a snapshot chunk resets the timer and also a repeated one", "[raft][timers][P28]") {
  Node node = lone({1}, 2);
  const InstallSnapshot chunk =
      chunk_of(snapshot_at({Term{2}, Index{50}}, 3, "some state"), 1, 0, "some");
  for (int repeat = 0; repeat < 2; ++repeat) {
    age(node);
    node->step(message_from(2, 2, chunk));
  }
  CHECK(is_sticky(node));
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("an append of an older term changes nothing and is answered with our term",
          "[raft][timers][P38]") {
  Node node = lone({1}, 5);
  age(node);
  node->step(message_from(2, 4, append({Term{1}, Index{1}})));
  node.drain();
  const auto messages = node.take_messages();
  REQUIRE(messages.size() == 1);
  CHECK(messages.front().term == Term{5});
  CHECK_FALSE(is_sticky(node));
  CHECK(campaigns_within(node, 10));
}

TEST_CASE("a pre-vote request changes neither timer nor term nor disk", "[raft][timers][P22]") {
  const bool is_granted = GENERATE(true, false);
  Node node = lone({2}, 2);
  age(node);
  const LogId last = is_granted ? LogId{Term{2}, Index{1}} : LogId{Term{1}, Index{1}};
  node->step(message_from(
      2, 7, RequestVote{VoteKind::kPreVote, CampaignReason::kTimeout, Term{8}, 1, last}));
  node.drain();
  REQUIRE(node.sent<RequestVoteResult>().size() == 1);
  CHECK((node.sent<RequestVoteResult>().front().answer == VoteAnswer::kGranted) == is_granted);
  CHECK(node->term() == Term{2});
  CHECK(node.batches.empty());
  CHECK(campaigns_within(node, 10));
}

TEST_CASE("a granted vote resets the timer and adopts the term", "[raft][timers][P27]") {
  Node node = lone({1}, 1);
  age(node);
  node->step(message_from(2, 3, vote(3, {Term{1}, Index{1}})));
  CHECK(node->term() == Term{3});
  CHECK_FALSE(is_sticky(node));
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("a vote refused for the log adopts the term and leaves the timer",
          "[raft][timers][P27]") {
  Node node = lone({1, 1}, 1);
  age(node);
  node->step(message_from(2, 3, vote(3, {Term{1}, Index{1}})));
  CHECK(node->term() == Term{3});
  CHECK(campaigns_within(node, 10));
}

TEST_CASE("a vote refused because a leader is near does not adopt the term",
          "[raft][timers][P32][P34]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node->step(message_from(3, 9, vote(9, {Term{1}, Index{1}})));
  CHECK(node->term() == Term{1});
}

TEST_CASE("a pre-vote refused by a higher term makes a follower that adopts it",
          "[raft][timers][P23]") {
  Node node = lone({1}, 1);
  node->campaign();
  node.drain();
  const RequestVote asked = node.sent<RequestVote>().front();
  node->step(message_from(
      2,
      6,
      RequestVoteResult{
          VoteKind::kPreVote, VoteAnswer::kRefusedTerm, asked.campaign_term, asked.round}));
  CHECK(node->role() == Role::kFollower);
  CHECK(node->term() == Term{6});
}

TEST_CASE("TimeoutNow campaigns at once without a pre-vote", "[raft][timers][P32]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node->step(message_from(2, 1, TimeoutNow{{Term{1}, Index{1}}}));
  CHECK(node->role() == Role::kCandidate);
  CHECK(node->term() == Term{2});
  node.drain();
  REQUIRE_FALSE(node.sent<RequestVote>().empty());
  CHECK(node.sent<RequestVote>().front().reason == CampaignReason::kTransfer);
}

TEST_CASE("a leader whose process is gone is forgotten and asked about soon", "[raft][timers]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  REQUIRE(node->status().leader == replica(2));
  node->peer_lost(replica(2), PeerLoss::kProcessGone);
  CHECK_FALSE(node->status().leader.has_value());
  CHECK(campaigns_within(node, 1));
  CHECK(node->term() == Term{1});
}

// What one replica asks the other refuses, whoever asks first: 2 still believes in 3 when 1 asks,
// and 2 lacks an entry that 1 has when 2 asks.
TEST_CASE("the longer log leads soon when two learn one after the other that nobody leads",
          "[raft][timers]") {
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

TEST_CASE("whoever lost only its own way to the leader asks five times and then waits",
          "[raft][timers][P34]") {
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

TEST_CASE("a connection that merely broke is no reason to campaign", "[raft][timers]") {
  Node node = lone({1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  node->peer_lost(replica(2), PeerLoss::kDisconnected);
  node->peer_lost(replica(3), PeerLoss::kProcessGone);
  CHECK(node->status().leader == replica(2));
  CHECK_FALSE(campaigns_within(node, 9));
}

TEST_CASE("a hung disk suppresses campaigns until it is healthy", "[raft][timers][P105]") {
  Node node = lone({1}, 1);
  node->storage_health(StorageHealth::kHung);
  CHECK_FALSE(campaigns_within(node, 50));
  node->campaign();
  CHECK(node->role() == Role::kFollower);
  node->storage_health(StorageHealth::kHealthy);
  CHECK(campaigns_within(node, 1));
}

// Two to three heartbeats of two ticks each, then timeouts of 10 to 19 ticks.
Options hasty(std::uint64_t node) {
  Options options = options_for(node);
  options.first_election_heartbeats = 2;
  return options;
}

TEST_CASE("a replica that starts asks after a few heartbeats and then once in a timeout",
          "[raft][timers][P37]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Node node(hasty(1), recovered_with(voters(3), {1}, 1), seed);
    std::vector<std::uint64_t> asked;
    for (std::uint64_t tick = 1; asked.size() < 3; ++tick) {
      node->tick();
      node.drain();
      if (!node.sent<RequestVote>().empty()) asked.push_back(tick);
      static_cast<void>(node.take_messages());
    }
    CHECK(asked[0] >= 4);
    CHECK(asked[0] <= 7);
    CHECK(asked[1] - asked[0] >= 10);
    CHECK(asked[2] - asked[1] >= 10);
  }
}

TEST_CASE("a replica that starts beside a leader leaves it be also if it does not hear it",
          "[raft][timers][P32]") {
  const bool hears_it = GENERATE(true, false);
  ReplicaGroup group(3);
  group.elect(1);
  const Term term = group[1]->term();
  group.add(3, hasty(3), recovered_with(voters(3), {1}, term.value));
  if (!hears_it) {
    group.lose([](const Message& message) { return message.from.node.value == 1; });
  }
  for (int tick = 0; tick < 8; ++tick) {
    group[3]->tick();  // the first wait passes before the leader's next heartbeat
    group.settle();
  }
  group.lose_nothing();
  group.tick(30);
  CHECK(group.leader() == 1);
  CHECK(group[1]->term() == term);
  CHECK(group[3]->term() == term);
}

}  // namespace
}  // namespace quorate::raft::testing
