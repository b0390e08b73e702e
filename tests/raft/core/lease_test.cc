// Leases: when a leader may answer alone, and what a promise of support forbids.
#include "raft/core/lease.h"

#include <catch2/catch.hpp>

#include "tests/raft/core/timed_group.h"

namespace quorate::raft::testing {
namespace {

const std::uint64_t kWorth = lease_worth(kLeaseNs, kDriftPpm);

RequestVote asks(VoteKind kind, std::uint64_t term, CampaignReason reason) {
  return {kind, reason, Term{term}, /*round=*/9, {Term{1}, Index{9}}};
}

// Replica 1 with leases, which has promised its support to leader 2 of term 3 at 1000 ms.
Node bound_voter() {
  Node node(leasing(1), recovered_with(voters(3), {}, 0), /*seed=*/1);
  node->advance_clock(500 * kMs);
  node->advance_clock(1000 * kMs);
  node->step(message_from(2, 3, Heartbeat{Index{0}, 1, kLeaseNs}));
  node.drain();
  REQUIRE(node.sent<HeartbeatResult>().back().promised_ns == kLeaseNs);
  static_cast<void>(node.take_messages());
  return node;
}

VoteAnswer answer_to(Node& node, std::uint64_t from, std::uint64_t term, const RequestVote& asked) {
  node->step(message_from(from, term, asked));
  node.drain();
  const auto answers = node.sent<RequestVoteResult>();
  REQUIRE(answers.size() == 1);
  static_cast<void>(node.take_messages());
  return answers.front().answer;
}

TEST_CASE("what a promise is worth shrinks with the error of both clocks", "[raft][lease][P98]") {
  CHECK(lease_worth(1'000'000, 0) == 1'000'000);
  CHECK(lease_worth(1'000'000, 100'000) == 818'181);
  CHECK(lease_worth(kLeaseNsMax, kClockDriftPpmMax) < kLeaseNsMax / 18);
  CHECK(lease_worth(0, 1000) == 0);
}

TEST_CASE("a lease counts from the sending of the heartbeat and not from its answer",
          "[raft][lease][P102]") {
  TimedGroup timed(3);
  timed.elect_first();
  timed.advance(kLeaseNs);  // what the election's own heartbeats gave is over
  REQUIRE_FALSE(timed.reads_alone(1));
  timed.group.settle();
  timed.advance(kLeaseNs);
  timed.group[1]->tick();
  timed.group[1]->tick();
  timed.group.deliver();      // the heartbeat leaves and arrives ...
  timed.advance(kWorth / 2);  // ... and its answers take their time
  timed.group.settle();
  CHECK(timed.group[1]->status().lease_left_ns == kWorth - kWorth / 2);
  timed.advance(kWorth - kWorth / 2 - 1);
  CHECK(timed.reads_alone(1));
  timed.advance(1);
  CHECK_FALSE(timed.reads_alone(1));
}

TEST_CASE("a lease read that finds no lease is confirmed by a round", "[raft][lease][P98]") {
  TimedGroup timed(3);
  timed.elect_first();
  timed.advance(kLeaseNs);
  CHECK_FALSE(timed.reads_alone(1));
  timed.group.settle();
  REQUIRE(timed[1].reads.size() == 1);
  CHECK(timed[1].reads.front().status.is_ok());
  CHECK(timed[1].reads.front().by == ReadMode::kReadIndex);
}

TEST_CASE("a follower's lease read costs one question to the leader", "[raft][lease][P98]") {
  TimedGroup timed(3);
  timed.elect_first();
  timed.group.lose(
      [](const Message& message) { return std::holds_alternative<Heartbeat>(message.body); });
  timed[2]->read(5, ReadMode::kLease);
  timed[2]->read(6);  // this one waits for a round
  timed.group.settle();
  REQUIRE(timed[2].reads.size() == 1);
  CHECK(timed[2].reads.front().token == 5);
  CHECK(timed[2].reads.front().index == timed[1]->commit_index());
}

TEST_CASE("a leader that committed nothing in its term answers nobody alone",
          "[raft][lease][P93]") {
  TimedGroup timed(3);
  timed.advance(0);
  timed.advance(kLeaseNs * 2);
  timed.group.lose([](const Message& message) {
    return std::holds_alternative<AppendEntriesResult>(message.body);
  });
  timed.group.elect(1);
  timed.pass(2);
  REQUIRE(timed[1]->status().peers.front().ticks_since_contact < 2);
  CHECK_FALSE(timed.reads_alone(1));
}

TEST_CASE("whoever has no leases or no clock promises nothing", "[raft][lease][P98]") {
  Node node = lone();
  SECTION("no leases") {
    node->advance_clock(5);
  }
  SECTION("no clock") {
    node = Node(leasing(1), recovered_with(voters(3), {}, 0), /*seed=*/1);
  }
  node->step(message_from(2, 3, Heartbeat{Index{0}, 1, kLeaseNs}));
  node.drain();
  CHECK(node.sent<HeartbeatResult>().back().promised_ns == 0);
}

TEST_CASE("nobody is promised more than this replica waits for after a restart",
          "[raft][lease][P100]") {
  Node node = bound_voter();
  node->step(message_from(2, 3, Heartbeat{Index{0}, 2, kLeaseNs * 10}));
  node.drain();
  CHECK(node.sent<HeartbeatResult>().back().promised_ns == kLeaseNs);
}

TEST_CASE("a promise holds though its leader is gone", "[raft][lease][P100][P32]") {
  Node node = bound_voter();
  const auto reason = CampaignReason::kTimeout;
  SECTION("its process is gone") {
    node->peer_lost(replica(2), PeerLoss::kProcessGone);
  }
  SECTION("a later leader was heard") {
    node->step(message_from(3, 4, Heartbeat{Index{0}, 1}));
    node->peer_lost(replica(3), PeerLoss::kProcessGone);
  }
  node.drain();
  static_cast<void>(node.take_messages());
  const std::uint64_t term = node->term().value;
  node->advance_clock(1000 * kMs + kLeaseNs - 1);
  const auto pre = asks(VoteKind::kPreVote, term + 1, reason);
  const auto real = asks(VoteKind::kVote, term + 1, reason);
  CHECK(answer_to(node, 3, term, pre) == VoteAnswer::kRefusedLeaderKnown);
  CHECK(answer_to(node, 3, term + 1, real) == VoteAnswer::kRefusedLeaderKnown);
  CHECK(node->term().value == term);
  node->campaign();
  CHECK(node->role() == Role::kFollower);
  node->advance_clock(1000 * kMs + kLeaseNs);
  CHECK(answer_to(node, 3, term, pre) == VoteAnswer::kGranted);
}

TEST_CASE("a follower whose leader's process is gone stands when its promise has run out",
          "[raft][lease][P100]") {
  Node node = bound_voter();
  node->peer_lost(replica(2), PeerLoss::kProcessGone);
  for (std::uint64_t tick = 0; tick < 7; ++tick) {
    node->advance_clock(1000 * kMs + tick * kTickNs);
    node->tick();
    node.drain();
    REQUIRE(node.sent<RequestVote>().empty());
  }
  for (std::uint64_t tick = 8; tick <= 10; ++tick) {  // not the whole election timeout
    node->advance_clock(1000 * kMs + tick * kTickNs);
    node->tick();
    node.drain();
  }
  CHECK(node->role() == Role::kPreCandidate);
}

TEST_CASE("a fresh process waits out what it may have promised before", "[raft][lease][P100]") {
  Node node = bound_voter();
  node.restart();
  const auto vote = asks(VoteKind::kVote, 8, CampaignReason::kTimeout);
  CHECK(answer_to(node, 3, 8, vote) == VoteAnswer::kRefusedLeaderKnown);  // it has no clock yet
  node->advance_clock(3 * kMs);
  node->advance_clock(3 * kMs + kLeaseNs - 1);
  CHECK(answer_to(node, 3, 8, vote) == VoteAnswer::kRefusedLeaderKnown);
  node->advance_clock(3 * kMs + kLeaseNs);
  CHECK(answer_to(node, 3, 8, vote) == VoteAnswer::kGranted);
}

TEST_CASE("a clock that goes back stands still", "[raft][lease][P98][P100]") {
  Node node = bound_voter();
  node->advance_clock(3);
  CHECK(node->status().promise_left_ns == kLeaseNs);
}

TEST_CASE("the lease is given up before the target is told to campaign", "[raft][lease][P99]") {
  TimedGroup timed(3);
  timed.elect_first();
  timed.group.isolate(2);
  REQUIRE(timed.reads_alone(1));
  timed[1]->transfer(NodeId{2});
  timed[1].drain();
  REQUIRE_FALSE(timed[1].sent<TimeoutNow>().empty());
  CHECK_FALSE(timed.reads_alone(1));
  // It does not come back in this term either: the order may only be late.
  timed.pass(12);
  REQUIRE(timed[1].count(EventKind::kTransfer, "expired") == 1);
  REQUIRE(timed[1]->role() == Role::kLeader);
  CHECK_FALSE(timed.reads_alone(1));
}

TEST_CASE("a transfer is not held up by promises to the leader that asks for it",
          "[raft][lease][P99]") {
  TimedGroup timed(3);
  timed.elect_first();
  REQUIRE(timed[3]->status().promise_left_ns > 0);
  timed[1]->transfer(NodeId{2});
  timed.group.settle();
  CHECK(timed.group.leader() == 2);
  CHECK(timed.reads_alone(2));
}

TEST_CASE("while joint a lease needs the promises of both halves", "[raft][lease][P71]") {
  TimedGroup timed(3);
  timed.elect_first();
  timed[1]->change_membership({.token = 1, .remove = {replica(2), replica(3)}});
  timed[1].drain();
  REQUIRE(timed[1]->status().membership.is_joint());
  CHECK(timed.reads_alone(1));
  timed.advance(kWorth);  // alone, the new half would still hold it
  CHECK_FALSE(timed.reads_alone(1));
}

TEST_CASE("nobody leads before the lease of the leader before has ended", "[raft][lease][P101]") {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    TimedGroup timed(3);
    for (std::uint64_t node = 1; node <= 3; ++node)
      timed.rates[node] = 1'000'000 - kDriftPpm + random.below(2 * kDriftPpm + 1);
    timed.elect_first();
    timed.pass(random.below(30));
    const std::uint64_t old = timed.group.leader();
    if (old == 0) continue;
    timed.group.isolate(old);
    for (std::uint64_t node = 1; node <= 3; ++node) {
      if (node != old) timed[node]->peer_lost(replica(old), PeerLoss::kProcessGone);
    }
    for (int step = 0; step < 400 && timed.group.leader() == old; ++step) {
      timed.advance(kMs);
      if (step % 4 == 0) timed.group.tick(1);
    }
    REQUIRE(timed.group.leader() != old);
    REQUIRE(timed[old]->status().lease_left_ns == 0);
  }
}

}  // namespace
}  // namespace quorate::raft::testing
