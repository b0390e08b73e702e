// Who gets a vote, when it leaves, and what counts as one.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

RequestVote vote_request(std::uint64_t term, LogId last_log, VoteKind kind = VoteKind::kVote) {
  return {kind, CampaignReason::kTimeout, Term{term}, 1, last_log};
}

VoteAnswer vote_of(Node& node, const Message& request) {
  static_cast<void>(node.take_messages());
  node->step(request);
  node.drain();
  const auto answers = node.sent<RequestVoteResult>();
  REQUIRE(answers.size() == 1);
  return answers.front().answer;
}

RequestVote asked_by(Node& node) {
  node.drain();
  const auto requests = node.sent<RequestVote>();
  REQUIRE_FALSE(requests.empty());
  static_cast<void>(node.take_messages());
  return requests.back();
}

RequestVoteResult granting(const RequestVote& request) {
  return {request.kind, VoteAnswer::kGranted, request.campaign_term, request.round};
}

TEST_CASE("a vote leaves only once it is durable", "[raft][vote][P3][P19]") {
  Node node = lone();
  node.hold_disk();
  node->step(message_from(2, 1, vote_request(1, {})));
  node.drain();
  CHECK(node.sent<RequestVoteResult>().empty());
  REQUIRE(node.batches.size() == 1);
  CHECK(node.batches.front().hard_state == HardState{Term{1}, replica(2)});
  node.release_disk();
  node.drain();
  CHECK(node.sent<RequestVoteResult>().size() == 1);
}

TEST_CASE("a voter grants one candidate per term also after a crash", "[raft][vote][P19]") {
  Node node = lone();
  CHECK(vote_of(node, message_from(2, 1, vote_request(1, {}))) == VoteAnswer::kGranted);
  CHECK(vote_of(node, message_from(3, 1, vote_request(1, {}))) == VoteAnswer::kRefusedVoted);
  CHECK(vote_of(node, message_from(2, 1, vote_request(1, {}))) == VoteAnswer::kGranted);
  node.restart();
  CHECK(vote_of(node, message_from(3, 1, vote_request(1, {}))) == VoteAnswer::kRefusedVoted);
}

TEST_CASE("a candidate's own vote counts and its requests leave once durable", "[raft][vote][P3]") {
  Node node = lone();
  node->campaign();
  const RequestVote pre_vote = asked_by(node);
  node.hold_disk();
  node->step(message_from(2, 0, granting(pre_vote)));
  node.drain();
  CHECK(node->role() == Role::kCandidate);
  CHECK(node.sent<RequestVote>().empty());
  node.release_disk();
  node.drain();
  CHECK(node.sent<RequestVote>().size() == 2);
}

TEST_CASE("a candidate that gave up before its vote was durable asks nobody",
          "[raft][vote][P3][P30]") {
  Node node = lone();
  node->campaign();
  const RequestVote pre_vote = asked_by(node);
  node.hold_disk();
  node->step(message_from(2, 0, granting(pre_vote)));
  node.drain();
  REQUIRE(node->role() == Role::kCandidate);
  node->step(message_from(3, 1, Heartbeat{.round = 1}));
  REQUIRE(node->role() == Role::kFollower);
  node.release_disk();
  node.drain();
  CHECK(node.sent<RequestVote>().empty());
}

TEST_CASE("two grants of one voter count once", "[raft][vote][P20]") {
  Node node(options_for(1), recovered_with(voters(5), {}, 0), 1);
  node->campaign();
  const RequestVote request = asked_by(node);
  node->step(message_from(2, 0, granting(request)));
  node->step(message_from(2, 0, granting(request)));
  CHECK(node->role() == Role::kPreCandidate);
  node->step(message_from(3, 0, granting(request)));
  CHECK(node->role() == Role::kCandidate);
}

TEST_CASE("a pre-vote is never counted as a vote nor one round in another", "[raft][vote][P21]") {
  Node node = lone();
  node->campaign();
  const RequestVote first = asked_by(node);
  node->campaign();
  const RequestVote second = asked_by(node);
  node->step(message_from(2, 0, granting(first)));
  CHECK(node->role() == Role::kPreCandidate);
  node->step(message_from(2, 0, granting(second)));
  REQUIRE(node->role() == Role::kCandidate);
  node->step(message_from(3, 0, granting(second)));
  CHECK(node->role() == Role::kCandidate);
  CHECK(node->status().messages_ignored == 2);
}

TEST_CASE("the log that is newer by term and then by length wins", "[raft][vote][P25]") {
  Node node = lone({1, 2, 2}, 2);
  const auto answer = [&](std::uint64_t term, std::uint64_t index) {
    return vote_of(
        node, message_from(2, 5, vote_request(6, {Term{term}, Index{index}}, VoteKind::kPreVote)));
  };
  CHECK(answer(1, 9) == VoteAnswer::kRefusedLog);
  CHECK(answer(2, 2) == VoteAnswer::kRefusedLog);
  CHECK(answer(2, 3) == VoteAnswer::kGranted);
  CHECK(answer(3, 1) == VoteAnswer::kGranted);
}

TEST_CASE("an empty log compares as its snapshot", "[raft][vote][P25]") {
  Recovered recovered = recovered_with(voters(3), {}, 4);
  recovered.snapshot.last = {Term{3}, Index{9}};
  recovered.last = recovered.applied = Index{9};
  Node node(options_for(1), recovered, 1);
  CHECK(
      vote_of(node, message_from(2, 4, vote_request(5, {Term{3}, Index{8}}, VoteKind::kPreVote))) ==
      VoteAnswer::kRefusedLog);
  CHECK(
      vote_of(node, message_from(2, 4, vote_request(5, {Term{3}, Index{9}}, VoteKind::kPreVote))) ==
      VoteAnswer::kGranted);
}

TEST_CASE("an answer of a higher term is no grant", "[raft][vote][P26]") {
  Node node = lone();
  node->campaign();
  const RequestVote request = asked_by(node);
  node->step(message_from(2, 7, granting(request)));
  CHECK(node->role() == Role::kPreCandidate);
}

TEST_CASE("a leader ignores an order to campaign", "[raft][vote][P29]") {
  Node node = leading();
  node->campaign();
  CHECK(node->role() == Role::kLeader);
  CHECK(node->term() == Term{1});
}

// Who counts is for the candidate's membership to say, and that may be newer than ours.
TEST_CASE("learners and strangers never campaign but vote when they are asked",
          "[raft][vote][P30][P75]") {
  Membership membership;
  membership.voters = {replica(2), replica(3)};
  if (GENERATE(true, false)) membership.learners = {replica(1)};
  Node node(options_for(1), recovered_with(membership, {}, 0), 1);
  for (int i = 0; i < 100; ++i)
    node->tick();
  node->campaign();
  CHECK(node->role() == Role::kFollower);
  node->step(message_from(2, 1, vote_request(1, {})));
  node.drain();
  REQUIRE(node.sent<RequestVoteResult>().size() == 1);
  CHECK(node.sent<RequestVoteResult>().front().answer == VoteAnswer::kGranted);
  CHECK(node.disk_state().voted_for == replica(2));
}

TEST_CASE("a voter of the outgoing half campaigns and counts itself there", "[raft][vote][P31]") {
  Membership joint;
  joint.voters = {replica(2)};
  joint.outgoing = {replica(1), replica(3)};
  Node node(options_for(1), recovered_with(joint, {}, 0), 1);
  node->campaign();
  const RequestVote request = asked_by(node);
  node->step(message_from(2, 0, granting(request)));
  CHECK(node->role() == Role::kPreCandidate);
  node->step(message_from(3, 0, granting(request)));
  CHECK(node->role() == Role::kCandidate);
}

TEST_CASE("only an explicit transfer passes stickiness", "[raft][vote][P32]") {
  Node node = lone();
  node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
  CHECK(vote_of(node, message_from(3, 2, vote_request(2, {}))) == VoteAnswer::kRefusedLeaderKnown);
  CHECK(node->term() == Term{1});
  RequestVote transfer = vote_request(2, {});
  transfer.reason = CampaignReason::kTransfer;
  CHECK(vote_of(node, message_from(3, 2, transfer)) == VoteAnswer::kGranted);
}

TEST_CASE("a restarted leader is a follower", "[raft][vote][P33]") {
  Node node = leading();
  node.restart();
  CHECK(node->role() == Role::kFollower);
  CHECK(node->term() == Term{1});
}

TEST_CASE("two that lost their leader together do not split the vote", "[raft][vote]") {
  ReplicaGroup group(3);
  group.elect(3);
  group.tick(4);
  group[3].stop();
  group[1]->peer_lost(replica(3), PeerLoss::kProcessGone);
  group[2]->peer_lost(replica(3), PeerLoss::kProcessGone);
  group[1]->campaign();
  group[2]->campaign();
  group.settle();
  CHECK(group.leader() == 2);
  CHECK(group[2]->term() == Term{2});
}

TEST_CASE("a second leader in one term stops the group with evidence", "[raft][vote][P18]") {
  SECTION("seen by the leader") {
    Node node = leading();
    node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
    node.drain();
    CHECK(node.count(EventKind::kSafetyViolation) == 1);
    CHECK(node->status().stopped);
  }
  SECTION("seen by a follower") {
    Node node = lone();
    node->step(message_from(2, 1, Heartbeat{Index{0}, 1}));
    node->step(message_from(3, 1, Heartbeat{Index{0}, 1}));
    node.drain();
    CHECK(node->status().stopped);
    for (int i = 0; i < 100; ++i)
      node->tick();
    CHECK_FALSE(node->has_ready());
  }
}

}  // namespace
}  // namespace quorate::raft::testing
