// Groups that rest, on real threads.
#include <string>

#include <catch2/catch.hpp>

#include "tests/raft/host/hosts.h"

namespace quorate::raft {
namespace {

constexpr std::uint64_t kRestingGroups = 30;

class RestingHosts : public Hosts {
 public:
  RestingHosts() : Hosts(HostOptions{.rest_after_ns = 100'000'000}) {
    for (std::size_t at = 0; at < kSize; ++at)
      start(at);
    for (std::uint64_t id = 1; id <= kRestingGroups; ++id)
      add(GroupId{id});
    for (std::uint64_t id = 1; id <= kRestingGroups; ++id)
      commit(GroupId{id}, "a");
  }
  [[nodiscard]] bool all_rest() {
    return eventually([&] {
      for (std::size_t at = 0; at < kSize; ++at) {
        if (host(at).metrics().groups_resting < kRestingGroups) return false;
      }
      return true;
    });
  }
};

TEST_CASE("hosts of resting groups do nothing but beat", "[host][rest][P111]") {
  RestingHosts hosts;
  REQUIRE(hosts.all_rest());
  const HostMetrics before = hosts.host(0).metrics();
  const std::uint64_t messages = hosts.host(0).group(GroupId{1})->metrics().messages_sent;
  REQUIRE(eventually([&] { return hosts.host(0).metrics().beats_sent >= before.beats_sent + 40; }));
  const HostMetrics after = hosts.host(0).metrics();
  // A turn per beat received and per interval; awake groups would take 30 turns every 2 ms.
  CHECK(after.turns - before.turns < 300);
  CHECK(after.syncs == before.syncs);
  CHECK(hosts.host(0).group(GroupId{1})->metrics().messages_sent == messages);
}

TEST_CASE("whatever a resting group is asked for wakes it", "[host][rest][P112]") {
  RestingHosts hosts;
  const GroupId group{5};
  REQUIRE(hosts.all_rest());
  hosts.commit(group, "b");
  REQUIRE(hosts.all_rest());
  const std::size_t leader = hosts.leader(group);
  const std::size_t other = (leader + 1) % Hosts::kSize;
  Answers answers;
  REQUIRE(hosts.host(other).group(group)->read(ReadMode::kReadIndex, answers.read("read")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("read")->status.is_ok());
  REQUIRE(hosts.all_rest());
  static_cast<void>(
      hosts.host(leader).group(group)->transfer_leadership(Hosts::replica(other).node));
  CHECK(eventually(
      [&] { return hosts.host(other).group(group)->status().core.role == Role::kLeader; }));
  REQUIRE(hosts.all_rest());
  std::optional<ChangeOutcome> changed;
  std::atomic<bool> is_done{false};
  MembershipChange change;
  change.demote = {Hosts::replica(leader)};
  REQUIRE(hosts.host(other)
              .group(group)
              ->change_membership(change,
                                  [&](const ChangeOutcome& outcome) {
                                    changed = outcome;
                                    is_done = true;
                                  })
              .is_ok());
  REQUIRE(eventually([&] { return is_done.load(); }));
  CHECK(changed->status.is_ok());
}

TEST_CASE("a read at a place in a resting group waits by the clock", "[host][rest][P112]") {
  RestingHosts hosts;
  const GroupId group{5};
  hosts.commit(group, "b");
  REQUIRE(hosts.all_rest());
  const std::size_t other = (hosts.leader(group) + 1) % Hosts::kSize;
  const auto asked = hosts.host(other).group(group);
  const Index applied = asked->status().applied;
  constexpr std::int64_t kPatienceNs = 5'000'000;
  Answers answers;
  REQUIRE(asked->read_at_least({applied, std::nullopt}, 0, answers.read("there")).is_ok());
  REQUIRE(asked->read_at_least({applied.next(), std::nullopt}, kPatienceNs, answers.read("not yet"))
              .is_ok());
  REQUIRE(eventually([&] { return answers.total() == 2; }));
  CHECK(answers.of("there")->status.is_ok());
  CHECK(answers.of("not yet")->status.code() == Code::kTimedOut);
  CHECK(hosts.all_rest());
}

TEST_CASE("a host that ends wakes the groups that it led", "[host][rest][P112]") {
  RestingHosts hosts;
  REQUIRE(hosts.all_rest());
  const std::size_t lost = hosts.leader(GroupId{1});
  hosts.stop(lost);
  for (std::uint64_t id = 1; id <= kRestingGroups; ++id)
    hosts.commit(GroupId{id}, "b");
}

TEST_CASE("a host that is cut off is replaced though its groups rested", "[host][rest][P112]") {
  RestingHosts hosts;
  REQUIRE(hosts.all_rest());
  const std::size_t lost = hosts.leader(GroupId{1});
  for (std::size_t at = 0; at < Hosts::kSize; ++at) {
    if (at != lost) hosts.network().cut(Hosts::replica(lost).node, Hosts::replica(at).node);
  }
  CHECK(eventually(
      [&] { return hosts.host(lost).group(GroupId{1})->status().core.role != Role::kLeader; }));
  CHECK(eventually([&] {
    for (std::size_t at = 0; at < Hosts::kSize; ++at) {
      const auto group = hosts.host(at).group(GroupId{1});
      if (at != lost && group->status().core.role == Role::kLeader) return true;
    }
    return false;
  }));
}

}  // namespace
}  // namespace quorate::raft
