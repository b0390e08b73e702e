// Raft paper §5.4 "Safety".
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// §5.4.1: "the voter denies its vote if its own log is more up-to-date than that of the candidate."
TEST_CASE("a candidate without all committed entries cannot win", "[paper-5.4.1]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.isolate(3);
  group[1]->propose({.token = 1, .data = SharedBytes("x")});
  group.settle();
  REQUIRE(group[1].outcomes.size() == 1);
  group[1].stop();
  group.lose_nothing();
  for (int i = 0; i < 20; ++i) {
    group[3]->campaign();
    group.settle();
    REQUIRE(group[3]->role() != Role::kLeader);
  }
  group.tick(100);
  CHECK(group.leader() == 2);
  CHECK(group[3].applied.size() == group[2].applied.size());
}

// §5.4.1: "If the logs have last entries with different terms, then the log with the later term is
// more up-to-date. If the logs end with the same term, then whichever log is longer is more
// up-to-date."
TEST_CASE("a later term beats a longer log", "[paper-5.4.1]") {
  ReplicaGroup group;
  group.add(1, options_for(1), recovered_with(voters(3), {1, 3}, 3));
  group.add(2, options_for(2), recovered_with(voters(3), {1, 2, 2, 2}, 3));
  group.add(3, options_for(3), recovered_with(voters(3), {1, 2, 2}, 3));
  group[2]->campaign();
  group[1].stop();
  group.settle();
  CHECK(group.leader() == 2);

  ReplicaGroup other;
  other.add(1, options_for(1), recovered_with(voters(3), {1, 3}, 3));
  other.add(2, options_for(2), recovered_with(voters(3), {1, 2, 2, 2}, 3));
  other.add(3, options_for(3), recovered_with(voters(3), {1, 2, 2}, 3));
  other[3].stop();
  other[2]->campaign();
  other.settle();
  CHECK(other.leader() == 0);
  other[1]->campaign();
  other.settle();
  CHECK(other.leader() == 1);
}

// §5.4.2: "Raft never commits log entries from previous terms by counting replicas. Only log
// entries from the leader's current term are committed by counting replicas; once an entry from the
// current term has been committed in this way, then all prior entries are committed indirectly."
// (Figure 8 as a whole is tests/scenarios/figure_8.txt.)
TEST_CASE("prior entries are committed indirectly and only then", "[paper-5.4.2]") {
  Node node = leading({1, 1, 1}, 1);
  node->step(message_from(
      2,
      2,
      AppendEntriesResult{
          .outcome = AppendEntriesResult::Outcome::kAccepted, .request = 1, .match = Index{3}}));
  CHECK(node->commit_index() == Index{0});
  node->step(message_from(
      2,
      2,
      AppendEntriesResult{
          .outcome = AppendEntriesResult::Outcome::kAccepted, .request = 1, .match = Index{4}}));
  CHECK(node->commit_index() == Index{4});
}

// §5.4.3, Leader Completeness: "if a log entry is committed in a given term, then that entry will
// be present in the logs of the leaders for all higher-numbered terms."
TEST_CASE("what was committed once is in every later leader's log", "[paper-5.4.3]") {
  ReplicaGroup group(5);
  group.elect(1);
  std::vector<Entry> committed;
  for (std::uint64_t round = 1; round <= 12; ++round) {
    const std::uint64_t cut_off = 1 + round % 5;
    group.isolate(cut_off);
    const std::uint64_t leader = group.leader();
    group[leader]->propose({.token = round, .data = SharedBytes(std::to_string(round))});
    group.tick(40);
    group.lose_nothing();
    group.tick(40);
    const auto& log = group[group.leader()].disk();
    REQUIRE(log.size() >= committed.size());
    REQUIRE(std::equal(committed.begin(), committed.end(), log.begin()));
    committed.assign(group[group.leader()].applied.begin(), group[group.leader()].applied.end());
  }
  CHECK(committed.size() > 12);
}

// §5.4.3, State Machine Safety: "if a server has applied a log entry at a given index to its state
// machine, no other server will ever apply a different log entry for the same index."
// (Random histories of it are tests/raft/core/random_walk_test.cc and the simulator.)
TEST_CASE("state machines apply the same entries", "[paper-5.4.3]") {
  ReplicaGroup group(3);
  for (std::uint64_t round = 1; round <= 9; ++round) {
    group.elect(1 + round % 3);
    group[group.leader()]->propose({.token = round, .data = SharedBytes(std::to_string(round))});
    group.settle();
  }
  CHECK(group[2].applied == group[1].applied);
  CHECK(group[3].applied == group[1].applied);
  CHECK(group[1].applied.size() == 18);
}

}  // namespace
}  // namespace quorate::raft::testing
