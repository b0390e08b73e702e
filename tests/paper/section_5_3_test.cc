// Raft paper §5.3 "Log replication".
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Proposal command(ProposalToken token) {
  return {.token = token, .data = SharedBytes("x" + std::to_string(token))};
}

// "The leader appends the command to its log as a new entry, then issues AppendEntries RPCs in
// parallel to each of the other servers to replicate the entry."
TEST_CASE("a command is appended and sent to everyone in parallel", "[paper-5.3]") {
  ReplicaGroup group(5);
  group.elect(1);
  group[1]->propose(command(1));
  CHECK(group[1]->status().last == LogId{Term{1}, Index{2}});
  group[1].drain();
  CHECK(group[1].sent<AppendEntries>().size() == 4);
}

// "If followers crash or run slowly, or if network packets are lost, the leader retries
// AppendEntries RPCs indefinitely (even after it has responded to the client) until all followers
// eventually store all log entries."
TEST_CASE("appends are repeated until everyone has everything", "[paper-5.3]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.isolate(3);
  for (ProposalToken token = 1; token <= 5; ++token)
    group[1]->propose(command(token));
  group.settle();
  REQUIRE(group[1].outcomes.size() == 5);
  group.tick(50);
  group.lose_nothing();
  group.tick(20);
  CHECK(group[3].disk() == group[1].disk());
}

// "A log entry is committed once the leader that created the entry has replicated it on a majority
// of the servers. This also commits all preceding entries in the leader's log."
TEST_CASE("a majority commits an entry and all before it", "[paper-5.3]") {
  ReplicaGroup group(5);
  group.elect(1);
  group[4].stop();
  group[5].stop();
  group[1]->propose(command(1));
  group[1]->propose(command(2));
  group.settle();
  CHECK(group[1]->commit_index() == Index{3});
  group[3].stop();
  group[1]->propose(command(3));
  group.settle();
  CHECK(group[1]->commit_index() == Index{3});
}

// "The leader keeps track of the highest index it knows to be committed, and it includes that index
// in future AppendEntries RPCs (including heartbeats). Once a follower learns that a log entry is
// committed, it applies the entry to its local state machine (in log order)."
TEST_CASE("followers learn what is committed and apply it in log order", "[paper-5.3]") {
  ReplicaGroup group(3);
  group.elect(1);
  for (ProposalToken token = 1; token <= 20; ++token)
    group[1]->propose(command(token));
  group.settle();
  for (auto& [id, node] : group.nodes()) {
    REQUIRE(node.applied.size() == 21);
    for (std::size_t i = 0; i < node.applied.size(); ++i)
      CHECK(node.applied[i].id.index == Index{i + 1});
  }
}

// The Log Matching Property: "If two entries in different logs have the same index and term, then
// they store the same command [and] the logs are identical in all preceding entries."
TEST_CASE("a follower refuses entries whose predecessor it does not have", "[paper-5.3]") {
  Node node = lone({1, 1}, 2);
  AppendEntries request{.prev_log = {Term{2}, Index{2}}, .request = 1, .entries = {entry_of(2, 3)}};
  node->step(message_from(2, 2, request));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>().front().outcome ==
        AppendEntriesResult::Outcome::kRejected);
  CHECK(node->status().last == LogId{Term{1}, Index{2}});
}

// "conflicting entries in follower logs will be overwritten with entries from the leader's log."
// (Figure 7 as a whole is tests/scenarios/figure_7.txt.)
TEST_CASE("conflicting entries are overwritten by the leader's", "[paper-5.3]") {
  ReplicaGroup group;
  group.add(1, options_for(1), recovered_with(voters(3), {1, 1, 4, 4}, 4));
  group.add(2, options_for(2), recovered_with(voters(3), {1, 1, 4, 4}, 4));
  group.add(3, options_for(3), recovered_with(voters(3), {1, 2, 2, 2, 2, 2, 2}, 4));
  group.elect(1);
  CHECK(group[3].disk() == group[1].disk());
}

// "the protocol can be optimized to reduce the number of rejected AppendEntries RPCs [...] one
// AppendEntries RPC will be required for each term with conflicting entries, rather than one RPC
// per entry."
TEST_CASE("backtracking costs at most one round per differing term", "[paper-5.3][P61]") {
  std::vector<std::uint64_t> leader_terms;
  std::vector<std::uint64_t> follower_terms;
  for (std::uint64_t term = 1; term <= 20; ++term) {
    // Twenty entries per term; the follower has the odd terms only, and other lengths.
    leader_terms.insert(leader_terms.end(), 20, term % 2 == 0 ? term : term + 1);
    follower_terms.insert(follower_terms.end(), 13, term % 2 == 1 ? term : term + 1);
  }
  for (std::uint64_t& term : leader_terms)
    term = std::min<std::uint64_t>(term, 20);
  ReplicaGroup group;
  group.add(1, options_for(1), recovered_with(voters(3), leader_terms, 21));
  group.add(2, options_for(2), recovered_with(voters(3), leader_terms, 21));
  group.add(3, options_for(3), recovered_with(voters(3), follower_terms, 21));
  int rejections = 0;
  group.lose([&](const Message& message) {
    const auto* result = std::get_if<AppendEntriesResult>(&message.body);
    if (result != nullptr && result->outcome == AppendEntriesResult::Outcome::kRejected) {
      ++rejections;
    }
    return false;
  });
  group.nodes().at(3).stop();
  group.elect(1);
  group.nodes().at(3).restart();
  group[1]->peer_lost(replica(3), PeerLoss::kDisconnected);
  group.tick(10);
  CHECK(group[3].disk() == group[1].disk());
  CHECK(rejections <= 20);
  CHECK(rejections >= 1);
}

// "A leader never overwrites or deletes entries in its own log."
TEST_CASE("a leader only appends", "[paper-5.3]") {
  ReplicaGroup group(3);
  group.elect(1);
  const auto before = group[1].disk();
  group.isolate(1);
  group[1]->propose(command(1));
  group.tick(5);
  const auto after = group[1].disk();
  REQUIRE(after.size() == before.size() + 1);
  CHECK(std::equal(before.begin(), before.end(), after.begin()));
}

}  // namespace
}  // namespace quorate::raft::testing
