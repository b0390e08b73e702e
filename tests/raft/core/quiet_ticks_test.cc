// Ticks that change nothing: a driver need not wake up for them.
#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

// Ticks until `node` has something to say; those that it calls quiet must not be it.
std::uint64_t ticks_until_ready(Node& node) {
  std::uint64_t ticks = 0;
  std::uint64_t quiet = node->quiet_ticks();
  while (!node->has_ready()) {
    node->tick();
    ++ticks;
    REQUIRE((quiet == 0 || !node->has_ready()));
    quiet = quiet == 0 ? node->quiet_ticks() : quiet - 1;
  }
  return ticks;
}

TEST_CASE("a follower is quiet until it would ask for votes", "[raft][timers][P28]") {
  Node node = lone({1}, 1);
  node.drain();
  const std::uint64_t quiet = node->quiet_ticks();
  CHECK(quiet >= 9);
  CHECK(ticks_until_ready(node) == quiet + 1);
}

TEST_CASE("a leader is quiet between its heartbeats", "[raft][timers]") {
  ReplicaGroup group = led_by_1(3);
  group.settle();
  for (int round = 0; round < 5; ++round) {
    const std::uint64_t quiet = group[1]->quiet_ticks();
    CHECK(ticks_until_ready(group[1]) == quiet + 1);
    group.settle();
  }
}

TEST_CASE("a leader that nobody answers is woken for the tick that ends its leadership",
          "[raft][timers][P26]") {
  ReplicaGroup group = led_by_1(3);
  group.settle();
  group.isolate(1);
  std::uint64_t ticks = 0;
  while (group[1]->role() == Role::kLeader) {
    ticks += ticks_until_ready(group[1]);
    group.settle();
  }
  CHECK(ticks <= 11);
}

TEST_CASE("whoever waits for anything but heartbeats and elections is not quiet",
          "[raft][timers]") {
  ReplicaGroup group = led_by_1(3);
  group.settle();
  group.isolate(1);
  SECTION("a transfer") {
    group[1]->transfer(NodeId{2});
    CHECK(group[1]->quiet_ticks() == 0);
  }
  SECTION("a read at a place at the leader") {
    group[1]->read_at_least(1, {Index{100}, std::nullopt}, 50);
    CHECK(group[1]->quiet_ticks() == 0);
  }
  SECTION("a read that asks the leader") {
    group[2]->read(1);
    CHECK(group[2]->quiet_ticks() == 0);
  }
}

}  // namespace
}  // namespace quorate::raft::testing
