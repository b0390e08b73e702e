// Groups that must come to a leader, or keep theirs: mixed terms and logs, broken links, and
// replicas that begin at the same moment.
#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// True for what travels between `a` and `b`.
std::function<bool(const Message&)> between(std::uint64_t a, std::uint64_t b) {
  return [a, b](const Message& message) {
    const std::uint64_t from = message.from.node.value;
    const std::uint64_t to = message.to.node.value;
    return (from == a && to == b) || (from == b && to == a);
  };
}

bool commits(ReplicaGroup& group, std::uint64_t leader) {
  const std::size_t before = group[leader].outcomes.size();
  group[leader]->propose({.token = before + 1, .data = SharedBytes("x")});
  group.settle();
  return group[leader].outcomes.size() == before + 1 &&
         group[leader].outcomes.back().status.is_ok();
}

struct Start {
  std::uint64_t term;
  std::vector<std::uint64_t> entry_terms;
};

// The ticks, counted from 1, at which a replica that hears nobody begins a pre-vote.
std::vector<std::uint64_t> campaigns(std::uint64_t seed,
                                     const Options& options,
                                     std::uint64_t end) {
  Node node(options, recovered_with(voters(3), {}, 0), seed);
  std::vector<std::uint64_t> ticks;
  for (std::uint64_t tick = 1; tick <= end; ++tick) {
    node->tick();
    node.drain();
    if (!node.sent<RequestVote>().empty()) ticks.push_back(tick);
    static_cast<void>(node.take_messages());
  }
  return ticks;
}

Options default_times() {
  const Options defaults;
  Options options = options_for(1);
  options.election_timeout_ticks = defaults.election_timeout_ticks;
  options.election_jitter_ticks = defaults.election_jitter_ticks;
  options.heartbeat_ticks = defaults.heartbeat_ticks;
  return options;
}

}  // namespace

TEST_CASE("replicas of any terms and logs find a leader among themselves",
          "[raft][election][P24]") {
  const std::vector<Start> starts{
      {0, {}}, {3, {}}, {1, {1}}, {7, {1}}, {2, {1, 1}}, {2, {1, 2}}, {9, {1, 2}}};
  for (const Start& first : starts) {
    for (const Start& second : starts) {
      for (const Start& third : starts) {
        ReplicaGroup group;
        const auto add = [&group](std::uint64_t node, const Start& start) {
          group.add(
              node, options_for(node), recovered_with(voters(3), start.entry_terms, start.term));
        };
        add(1, first);
        add(2, second);
        add(3, third);
        group.tick(100);
        const std::uint64_t leader = group.leader();
        REQUIRE(leader != 0);
        REQUIRE(commits(group, leader));
      }
    }
  }
}

TEST_CASE("a replica that comes back with a higher term leaves the group with a leader",
          "[raft][election][P24]") {
  ReplicaGroup group;
  group.add(1, options_for(1), recovered_with(voters(3), {1, 1}, 1));
  group.add(2, options_for(2), recovered_with(voters(3), {1, 1}, 1));
  group.add(3, options_for(3), recovered_with(voters(3), {1}, 8));
  group.isolate(3);
  group.elect(1);
  group.lose_nothing();
  group.tick(100);
  REQUIRE(group.leader() != 0);
  CHECK(commits(group, group.leader()));
  CHECK(group[3]->commit_index() == group[group.leader()]->commit_index());
}

TEST_CASE("a chain of three keeps its leader wherever it stands", "[raft][election][P41]") {
  for (const std::uint64_t leader : {1U, 2U, 3U}) {
    ReplicaGroup group(3);
    group.elect(leader);
    const Term term = group[leader]->term();
    group.lose(between(1, 3));
    for (int round = 0; round < 20; ++round) {
      group.tick(10);
      REQUIRE(group[leader]->role() == Role::kLeader);
      REQUIRE(commits(group, leader));
    }
    for (auto& [id, node] : group.nodes())
      CHECK(node->term() == term);
  }
}

TEST_CASE("a chain of three without a leader finds one that stays", "[raft][election][P41]") {
  ReplicaGroup group(3);
  group.lose(between(1, 3));
  group.tick(100);
  const std::uint64_t leader = group.leader();
  REQUIRE(leader != 0);
  const Term term = group[leader]->term();
  group.tick(200);
  CHECK(group.leader() == leader);
  CHECK(group[leader]->term() == term);
  CHECK(commits(group, leader));
}

TEST_CASE("a tick is a small part of the time over which timeouts are spread",
          "[raft][timers][P37]") {
  CHECK(Options{}.election_jitter_ticks > 10);
}

TEST_CASE("replicas that begin together do not keep timing out together", "[raft][timers][P37]") {
  constexpr std::uint64_t kReplicas = 12;
  const Options options = default_times();
  std::vector<std::vector<std::uint64_t>> all;
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed = 1; seed <= kReplicas; ++seed) {
    all.push_back(campaigns(seed, options, 3000));
    REQUIRE(all.back().size() >=
            3000 / (options.election_timeout_ticks + options.election_jitter_ticks));
    REQUIRE(all.back().front() >= options.election_timeout_ticks);
    firsts.insert(all.back().front());
  }
  CHECK(firsts.size() >= kReplicas / 2);
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      std::vector<std::uint64_t> together;
      std::ranges::set_intersection(all[a], all[b], std::back_inserter(together));
      CHECK(together.size() <= 3);
    }
  }
}

}  // namespace quorate::raft::testing
