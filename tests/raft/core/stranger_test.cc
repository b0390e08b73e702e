// Replicas that are not in our membership, and may know better.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Message heartbeat_from(std::uint64_t node, std::uint64_t term) {
  return message_from(node, term, Heartbeat{Index{0}, 1});
}

Message vote_from(std::uint64_t node, std::uint64_t term, CampaignReason reason) {
  return message_from(
      node, term, RequestVote{VoteKind::kVote, reason, Term{term}, 1, LogId{Term{1}, Index{5}}});
}

TEST_CASE("a replica without membership follows whoever leads", "[raft][stranger][P79]") {
  Node node(options_for(1), Recovered{}, 1);
  node->step(heartbeat_from(7, 3));
  CHECK(node->status().leader == replica(7));
  CHECK(node->term() == Term{3});
  node->step(heartbeat_from(8, 4));
  CHECK(node->status().leader == replica(8));
}

TEST_CASE("a replica with an older membership follows a leader it does not know",
          "[raft][stranger][P34]") {
  Node node = lone({1}, 1);
  node->step(heartbeat_from(9, 4));
  CHECK(node->status().leader == replica(9));
  CHECK(node->term() == Term{4});
  // From then on it is heard like any leader, also with its orders.
  node->step(message_from(
      9,
      4,
      AppendEntries{.prev_log = {Term{1}, Index{1}}, .request = 1, .entries = {entry_of(4, 2)}}));
  CHECK(node->status().last == LogId{Term{4}, Index{2}});
  node->read(5);
  node.drain();
  const auto asked = node.sent<ReadIndexRequest>();
  REQUIRE(asked.size() == 1);
  node->step(message_from(
      9, 4, ReadIndexResult{.request = asked.front().request, .read_index = Index{0}}));
  node.drain();
  REQUIRE(node.reads.size() == 1);
  CHECK(node.reads.front().status.is_ok());
}

TEST_CASE("no stranger leads where a leader is near", "[raft][stranger][P34]") {
  Node node = lone({1}, 1);
  node->step(heartbeat_from(2, 3));
  node->step(heartbeat_from(9, 4));
  CHECK(node->status().leader == replica(2));
  CHECK(node->term() == Term{3});
  SECTION("but it may once that one is silent") {
    for (int i = 0; i < 10; ++i)
      node->tick();
    node->step(heartbeat_from(9, 4));
    CHECK(node->status().leader == replica(9));
  }
  SECTION("nor is it a second leader of the term") {
    node->step(heartbeat_from(9, 3));
    CHECK(node->status().leader == replica(2));
    CHECK_FALSE(node->status().stopped);
  }
}

TEST_CASE("a stranger that leads an older term learns ours", "[raft][stranger][P38]") {
  Node node = lone({1}, 7);
  node->step(heartbeat_from(9, 4));
  node.drain();
  const auto answers = node.take_messages();
  REQUIRE(answers.size() == 1);
  CHECK(answers.front().to == replica(9));
  CHECK(answers.front().term == Term{7});
}

TEST_CASE("a candidate that is not in our membership is judged by term and log and stickiness",
          "[raft][stranger][P34][P75]") {
  Node node = lone({1}, 1);
  SECTION("a newer log and no leader: it gets the vote") {
    node->step(vote_from(9, 4, CampaignReason::kTimeout));
    CHECK(node->status().voted_for == replica(9));
  }
  SECTION("an older log: it does not") {
    node->step(message_from(
        9, 4, RequestVote{VoteKind::kVote, CampaignReason::kTimeout, Term{4}, 1, LogId{}}));
    CHECK_FALSE(node->status().voted_for.has_value());
  }
  SECTION("a leader is near: neither the vote nor the term, whatever reason it gives") {
    node->step(heartbeat_from(2, 3));
    node->step(vote_from(9, 4, CampaignReason::kTimeout));
    node->step(vote_from(9, 4, CampaignReason::kTransfer));
    CHECK(node->term() == Term{3});
    CHECK_FALSE(node->status().voted_for.has_value());
  }
}

TEST_CASE("answers of strangers change nothing", "[raft][stranger][P59][R36]") {
  Node node = leading({1}, 1);
  const CoreStatus before = node->status();
  for (const std::uint64_t term : {2ULL, 50ULL}) {
    node->step(message_from(9, term, HeartbeatResult{1, Index{1}}));
    node->step(message_from(
        9,
        term,
        AppendEntriesResult{
            .outcome = AppendEntriesResult::Outcome::kAccepted, .request = 1, .match = Index{2}}));
    node->step(message_from(9, term, ReadIndexRequest{4}));
    node->step(message_from(9, term, TimeoutNow{LogId{Term{1}, Index{1}}}));
  }
  node.drain();
  CHECK(node->role() == Role::kLeader);
  CHECK(node->term() == before.term);
  CHECK(node->commit_index() == before.commit);
  CHECK(node.count(EventKind::kMessageIgnored, "unknown_sender") == 8);
}

// A joining replica must be able to follow, so a learner is a member like any other.
TEST_CASE("a learner of a newer term makes the leader take that term", "[raft][stranger][P38]") {
  Membership membership = voters(3);
  membership.learners = {replica(4)};
  ReplicaGroup group;
  for (std::uint64_t id = 1; id <= 4; ++id)
    group.add(id, options_for(id), recovered_with(membership, {1}, id == 4 ? 9 : 1));
  group.elect(1);
  group.tick(60);
  REQUIRE(group.leader() > 0);
  CHECK(group[group.leader()]->term() > Term{9});
  CHECK(group[4].disk() == group[group.leader()].disk());
}

}  // namespace
}  // namespace quorate::raft::testing
