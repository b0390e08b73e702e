// Running servers whose group grows, shrinks and replaces its members.
#include <catch2/catch.hpp>

#include "tests/raft/server/answers.h"
#include "tests/raft/server/cluster.h"
#include "tests/raft/server/growing_cluster.h"
#include "tests/raft/server/waiting.h"

namespace quorate::raft {
namespace {

// Nodes 1 to `count` vote, and "before" is applied everywhere.
void grow(GrowingCluster& cluster, std::uint64_t count) {
  MembershipChange change;
  for (std::uint64_t node = 2; node <= count; ++node)
    change.add_voters.push_back(cluster.start_blank(node));
  cluster.commit("before");
  const ChangeOutcome outcome = cluster.change(change);
  INFO(outcome.status);
  REQUIRE(outcome.status.is_ok());
  REQUIRE(outcome.membership.voters.size() == count);
}

TEST_CASE("a server of one grows to three and five and shrinks again",
          "[server][membership][P63][paper-6]") {
  GrowingCluster cluster;
  grow(cluster, 3);
  CHECK(cluster.converge({1, 2, 3}, 1));
  const ChangeOutcome five =
      cluster.change({.add_voters = {cluster.start_blank(4), cluster.start_blank(5)}});
  REQUIRE(five.status.is_ok());
  cluster.commit("with five");
  CHECK(cluster.converge({1, 2, 3, 4, 5}, 2));
  const ChangeOutcome two =
      cluster.change({.remove = {cluster.id(2), cluster.id(3), cluster.id(5)}});
  REQUIRE(two.status.is_ok());
  CHECK(two.membership.voters == std::vector{cluster.id(1), cluster.id(4)});
  for (const std::uint64_t node : {2ULL, 3ULL, 5ULL})
    cluster.stop(node);
  cluster.commit("with two");
  CHECK(cluster.converge({1, 4}, 3));
}

TEST_CASE("a node with a wiped disk is replaced under its new incarnation",
          "[server][membership][P51][P76]") {
  GrowingCluster cluster;
  grow(cluster, 3);
  const ReplicaId lost = cluster.id(3);
  const ReplicaId anew = cluster.start_blank(3);
  cluster.commit("while one disk is empty");
  CHECK(cluster.commands(3).empty());
  const ChangeOutcome outcome = cluster.change({.add_voters = {anew}, .remove = {lost}});
  INFO(outcome.status);
  REQUIRE(outcome.status.is_ok());
  CHECK(outcome.membership.is_voter(anew));
  CHECK_FALSE(outcome.membership.contains(lost));
  CHECK(cluster.converge({1, 2, 3}, 2));
}

TEST_CASE("a leader is removed and the others go on", "[server][membership][P73]") {
  GrowingCluster cluster;
  grow(cluster, 3);
  const std::uint64_t removed = cluster.leader();
  const ChangeOutcome outcome = cluster.change({.remove = {cluster.id(removed)}});
  REQUIRE(outcome.status.is_ok());
  REQUIRE(eventually([&] { return cluster.status(removed).core.role == Role::kFollower; }));
  cluster.stop(removed);
  cluster.commit("without it");
  CHECK(cluster.leader() != removed);
}

TEST_CASE("a server says by name why it changes nothing", "[server][membership][P78]") {
  GrowingCluster cluster;
  grow(cluster, 3);
  const ReplicaId stranger{NodeId{9}, {9, 9}};
  CHECK(cluster.change({.remove = {stranger}}).refusal == ChangeRefusal::kUnknownReplica);
  CHECK(cluster.change({.remove = {cluster.id(1), cluster.id(2), cluster.id(3)}}).refusal ==
        ChangeRefusal::kLastVoter);
  const ChangeOutcome late = cluster.change({.add_voters = {stranger}, .catch_up_ticks = 50});
  CHECK(late.refusal == ChangeRefusal::kCatchUpExpired);
  CHECK(late.status.code() == Code::kTimedOut);
  CHECK(eventually([&] {
    const CoreStatus status = cluster.status(cluster.leader()).core;
    return !status.change && status.membership.all().size() == 3;
  }));
}

TEST_CASE("a change that waits at stop has an unknown outcome", "[server][membership][P113]") {
  GrowingCluster cluster;
  cluster.commit("x");
  std::vector<Status> ended;
  REQUIRE(cluster
              .ask(1,
                   {.add_voters = {{NodeId{9}, {9, 9}}}},
                   [&](const ChangeOutcome& outcome) { ended.push_back(outcome.status); })
              .is_ok());
  REQUIRE(eventually([&] { return cluster.status(1).core.change.has_value(); }));
  cluster.stop(1);
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().code() == Code::kUnknownOutcome);
}

TEST_CASE("the leadership moves to the voter that knows most", "[server][membership][P104]") {
  GrowingCluster cluster;
  grow(cluster, 3);
  const std::uint64_t before = cluster.leader();
  REQUIRE(eventually([&] {
    if (cluster.leader() == before) static_cast<void>(cluster.transfer_from(before));
    return eventually([&] { return cluster.leader() != before; }, std::chrono::seconds(1));
  }));
}

}  // namespace
}  // namespace quorate::raft
