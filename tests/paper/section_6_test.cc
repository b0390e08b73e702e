// Raft paper §6 "Cluster membership changes".
#include <set>

#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

// "Log entries are replicated to all servers in both configurations."
TEST_CASE("a joint membership's entries go to both halves", "[paper-6]") {
  ReplicaGroup group = with_learners_4_and_5();
  begin_joint(group);
  std::set<std::uint64_t> reached;
  for (const Message& message : group[1].take_messages()) {
    const auto* append = std::get_if<AppendEntries>(&message.body);
    if (append != nullptr && !append->entries.empty()) reached.insert(message.to.node.value);
  }
  CHECK(reached == std::set<std::uint64_t>{2, 3, 4, 5});
}

// "Any server from either configuration may serve as leader."
TEST_CASE("a server of either half may lead", "[paper-6][P31]") {
  const std::uint64_t chosen = GENERATE(std::uint64_t{2}, std::uint64_t{4});
  ReplicaGroup group = with_learners_4_and_5();
  begin_joint(group);
  // The joint entry reaches everyone, and nobody hears that it is committed.
  group.deliver();
  group.lose([](const Message&) { return true; });
  group.deliver();
  group.lose_nothing();
  group[1]->step_down();
  for (auto& [id, node] : group.nodes()) {
    for (int i = 0; i < 10 && id != chosen; ++i)
      node->tick();
  }
  group[chosen]->campaign();
  group.settle();
  CHECK(group[chosen].count(EventKind::kRoleChanged, "won") == 1);
}

// "Agreement (for elections and entry commitment) requires separate majorities from both the old
// and new configurations."
TEST_CASE("elections and commitment need both majorities", "[paper-6][P71]") {
  ReplicaGroup group = with_learners_4_and_5();
  const Index before = group[1]->commit_index();
  begin_joint(group);
  const bool is_new_alone = GENERATE(true, false);
  const auto is_deaf = [is_new_alone](const ReplicaId& id) {
    const bool is_new = id.node.value >= 4;
    return id.node.value != 1 && is_new != is_new_alone;
  };
  group.lose([&](const Message& message) { return is_deaf(message.to); });
  group.settle();
  CHECK(group[1]->commit_index() == before);
  // Nor can anyone win with one half alone.
  group[1]->step_down();
  group.tick(60);
  CHECK(group.leader() == 0);
  group.lose_nothing();
  group.tick(60);
  REQUIRE(group.leader() > 0);
  CHECK(group[group.leader()]->commit_index() > before);
}

// "A server always uses the latest configuration in its log, regardless of whether the entry is
// committed."
TEST_CASE("the latest membership in the log counts whether committed or not", "[paper-6][P67]") {
  ReplicaGroup group = with_learners_4_and_5();
  begin_joint(group);
  group.lose([](const Message& message) { return message.to != replica(2); });
  group.deliver();
  CHECK(group[2]->status().membership.is_joint());
  CHECK(group[2]->commit_index() < group[2]->status().membership_index);
  CHECK_FALSE(group[3]->status().membership.is_joint());
}

// "New servers join the cluster as non-voting members (the leader replicates log entries to them,
// but they are not considered for majorities)."
TEST_CASE("new servers receive entries and count for nothing", "[paper-6][P79][R35]") {
  ReplicaGroup group = with_learners_4_and_5();
  CHECK(group[4].disk() == group[1].disk());
  group.lose(
      [](const Message& message) { return message.to == replica(2) || message.to == replica(3); });
  const Index before = group[1]->commit_index();
  group[1]->propose({.token = 5, .data = SharedBytes("x")});
  group.settle();
  CHECK(group[4].disk() == group[1].disk());
  CHECK(group[1]->commit_index() == before);
}

// "The leader steps down (returns to follower state) once it has committed the C_new log entry ...
// it replicates log entries but does not count itself in majorities."
TEST_CASE("a leader outside of the new membership steps down once that is committed",
          "[paper-6][P73]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group[1]->change_membership({.token = 1, .remove = {replica(1)}});
  for (int i = 0; i < 50 && group[1]->role() == Role::kLeader; ++i) {
    const CoreStatus status = group[1]->status();
    const bool is_out = !status.membership.contains(replica(1));
    CHECK((!is_out || status.commit < status.membership_index || status.change == std::nullopt));
    group.deliver();
  }
  CHECK(group[1]->role() == Role::kFollower);
  CHECK(group[1]->commit_index() >= group[1]->status().membership_index);
}

// "Servers disregard RequestVote RPCs when they believe a current leader exists."
TEST_CASE("a removed server disrupts nobody", "[paper-6][P34]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.tick(2);
  group.isolate(3);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.tick(4);
  group.lose_nothing();
  const Term term = group[1]->term();
  group[2]->tick();
  group[2]->step(Message{{7, 7},
                         GroupId{1},
                         replica(3),
                         replica(2),
                         Term{term.value + 5},
                         RequestVote{VoteKind::kVote,
                                     CampaignReason::kTimeout,
                                     Term{term.value + 5},
                                     1,
                                     LogId{Term{term.value + 4}, Index{99}}}});
  CHECK(group[2]->term() == term);
  CHECK_FALSE(group[2]->status().voted_for == replica(3));
}

}  // namespace
}  // namespace quorate::raft::testing
