// Raft paper §5.2 "Leader election".
#include <set>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// "When servers start up, they begin as followers."
TEST_CASE("servers start as followers", "[paper-5.2]") {
  CHECK(lone()->role() == Role::kFollower);
  CHECK(lone({1, 2}, 7)->role() == Role::kFollower);
}

// "A server remains in follower state as long as it receives valid RPCs from a leader. Leaders send
// periodic heartbeats to all followers in order to maintain their authority."
TEST_CASE("heartbeats keep followers following and terms still", "[paper-5.2]") {
  ReplicaGroup group(3);
  group.elect(2);
  group.tick(500);
  CHECK(group.leader() == 2);
  for (auto& [id, node] : group.nodes())
    CHECK(node->term() == Term{1});
}

// "If a follower receives no communication over a period of time called the election timeout, then
// it assumes there is no viable leader and begins an election."
TEST_CASE("a follower that hears nothing begins an election", "[paper-5.2]") {
  Node node = lone();
  for (int i = 0; i < 20; ++i)
    node->tick();
  CHECK(node->role() == Role::kPreCandidate);
  node.drain();
  CHECK(node.sent<RequestVote>().size() == 2);
}

// "To begin an election, a follower increments its current term and transitions to candidate state.
// It then votes for itself and issues RequestVote RPCs in parallel."
TEST_CASE("a candidate is in the next term and has voted for itself", "[paper-5.2]") {
  Node node = lone({}, 4);
  node->step(message_from(2, 4, Heartbeat{Index{0}, 1}));
  node->step(message_from(2, 4, TimeoutNow{}));
  CHECK(node->role() == Role::kCandidate);
  CHECK(node->term() == Term{5});
  CHECK(node->status().voted_for == replica(1));
  node.drain();
  CHECK(node.sent<RequestVote>().size() == 2);
}

// "A candidate wins an election if it receives votes from a majority of the servers in the full
// cluster for the same term."
TEST_CASE("a majority of the full cluster wins and less does not", "[paper-5.2]") {
  ReplicaGroup group(5);
  group[4].stop();
  group[5].stop();
  SECTION("three of five") {
    group[1]->campaign();
    group.settle();
    CHECK(group.leader() == 1);
  }
  SECTION("two of five") {
    group[3].stop();
    group[1]->campaign();
    group.settle();
    group.tick(100);
    CHECK(group.leader() == 0);
  }
}

// "Each server will vote for at most one candidate in a given term, on a first-come-first-served
// basis."
TEST_CASE("the first candidate of a term gets the vote", "[paper-5.2]") {
  Node node = lone();
  const RequestVote request{VoteKind::kVote, CampaignReason::kTimeout, Term{1}, 1, LogId{}};
  node->step(message_from(3, 1, request));
  node->step(message_from(2, 1, request));
  node.drain();
  CHECK(node->status().voted_for == replica(3));
}

// "If the leader's term (included in its RPC) is at least as large as the candidate's current term,
// then the candidate recognizes the leader as legitimate and returns to follower state. If the term
// in the RPC is smaller than the candidate's current term, then the candidate rejects the RPC and
// continues in candidate state."
TEST_CASE("a candidate yields to a leader of its term and not to an older one", "[paper-5.2]") {
  Node node = lone({}, 4);
  node->step(message_from(2, 4, Heartbeat{Index{0}, 1}));
  node->step(message_from(2, 4, TimeoutNow{}));
  REQUIRE(node->term() == Term{5});
  node->step(message_from(2, 4, Heartbeat{Index{0}, 2}));
  CHECK(node->role() == Role::kCandidate);
  node->step(message_from(3, 5, Heartbeat{Index{0}, 1}));
  CHECK(node->role() == Role::kFollower);
  CHECK(node->status().leader == replica(3));
}

// "Raft uses randomized election timeouts to ensure that split votes are rare and that they are
// resolved quickly." "chosen randomly from a fixed interval"
TEST_CASE("election timeouts are spread over their interval", "[paper-5.2]") {
  std::set<int> timeouts;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Node node(options_for(1), recovered_with(voters(3), {}, 0), seed);
    int ticks = 0;
    for (; node->role() == Role::kFollower; ++ticks)
      node->tick();
    timeouts.insert(ticks);
  }
  CHECK(timeouts.size() == 10);
  CHECK(*timeouts.begin() == 10);
  CHECK(*timeouts.rbegin() == 19);
}

// Split votes end in a new round with new timeouts.
TEST_CASE("split votes are resolved", "[paper-5.2]") {
  ReplicaGroup group(4);
  for (std::uint64_t id = 1; id <= 4; ++id)
    group[id]->campaign();
  group.tick(100);
  CHECK(group.leader() != 0);
}

}  // namespace
}  // namespace quorate::raft::testing
