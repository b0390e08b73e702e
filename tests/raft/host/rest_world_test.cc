#include "tests/raft/host/rest_world.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

bool all_rest(const RestWorld& world) {
  for (std::uint64_t id = 1; id <= world.groups(); ++id) {
    for (std::size_t at = 0; at < RestWorld::kNodes; ++at) {
      if (world.has(at, GroupId{id}) && !world.is_resting(at, GroupId{id})) return false;
    }
  }
  return true;
}

// Whether every group has a leader that commits something new.
bool all_commit(RestWorld& world, std::uint64_t ticks) {
  std::vector<std::optional<std::size_t>> led(world.groups() + 1);
  std::vector<Index> before(world.groups() + 1);
  for (std::uint64_t id = 1; id <= world.groups(); ++id) {
    led[id] = world.leader(GroupId{id});
    if (!led[id]) return false;
    before[id] = world.core(*led[id], GroupId{id}).commit_index();
    world.propose(*led[id], GroupId{id});
  }
  world.run(ticks);
  for (std::uint64_t id = 1; id <= world.groups(); ++id) {
    if (world.core(*led[id], GroupId{id}).commit_index() <= before[id]) return false;
  }
  return true;
}

constexpr std::uint64_t kLong = 1000;  // ticks: twenty election timeouts

TEST_CASE("groups without anything to do rest everywhere and do nothing", "[host][rest][P111]") {
  RestWorld world(1, 20);
  world.run(kLong);
  REQUIRE(all_rest(world));
  const std::uint64_t turns = world.turns();
  const std::uint64_t beats = world.beats();
  const std::uint64_t messages = world.messages();
  world.run(kLong);
  CHECK(world.turns() == turns);
  CHECK(world.messages() == messages);
  // At most one beat per interval from each node to each other, whatever the number of groups.
  CHECK(world.beats() - beats <= 6 * kLong / RestWorld::kIntervalTicks);
}

TEST_CASE("two thousand resting groups do nothing but beat", "[host][rest][P111]") {
  RestWorld world(1, 2000);
  for (int i = 0; i < 20 && !all_rest(world); ++i)
    world.run(25);
  REQUIRE(all_rest(world));
  const std::uint64_t turns = world.turns();
  const std::uint64_t beats = world.beats();
  world.run(100);
  CHECK(world.turns() == turns);
  CHECK(world.beats() - beats <= 6 * 100 / RestWorld::kIntervalTicks);
}

TEST_CASE("a proposal wakes its group alone and it rests again", "[host][rest][P112]") {
  RestWorld world(2, 20);
  world.run(kLong);
  REQUIRE(all_rest(world));
  const std::size_t leader = world.leader(GroupId{7}).value();
  const Index before = world.core(leader, GroupId{7}).commit_index();
  world.propose(leader, GroupId{7});
  world.settle();
  CHECK(world.core(leader, GroupId{7}).commit_index() == before.next());
  for (std::uint64_t id = 1; id <= world.groups(); ++id) {
    for (std::size_t at = 0; at < RestWorld::kNodes; ++at)
      CHECK(world.is_resting(at, GroupId{id}) == (id != 7));
  }
  world.run(kLong);
  CHECK(all_rest(world));
}

// Calls `happen` with twenty worlds, all groups of which rest; what follows is looked at after it.
template <typename Happen>
void each_resting(std::uint64_t groups, Happen happen) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    RestWorld world(seed, groups);
    world.run(kLong);
    REQUIRE(all_rest(world));
    happen(world, world.leader(GroupId{1}).value(), seed);
    CHECK(all_commit(world, 100));
  }
}

TEST_CASE("the loss of a leader's node wakes its groups", "[host][rest][P112]") {
  each_resting(12, [](RestWorld& world, std::size_t leader, std::uint64_t /*seed*/) {
    world.stop(leader);
    // Silent intervals, then an election at once: not a second timeout.
    world.run(6 * RestWorld::kIntervalTicks + RestWorld::kElectionTicks);
  });
}

TEST_CASE("a node that comes back at once does not leave its groups asleep", "[host][rest][P112]") {
  each_resting(12, [](RestWorld& world, std::size_t leader, std::uint64_t /*seed*/) {
    world.stop(leader);
    world.start(leader);
    world.run(kLong);
    CHECK(all_rest(world));
  });
}

TEST_CASE("a leader that steps down or goes leaves nobody asleep", "[host][rest][P112]") {
  each_resting(6, [](RestWorld& world, std::size_t leader, std::uint64_t seed) {
    if (seed % 2 == 0) world.remove(leader, GroupId{1});
    if (seed % 2 == 1) world.step_down(leader, GroupId{1});
    if (seed % 4 == 3) world.remove(leader, GroupId{1});
    world.run(kLong);
  });
}

TEST_CASE("a leader cut off is replaced though all had rested", "[host][rest][P112]") {
  each_resting(6, [](RestWorld& world, std::size_t old, std::uint64_t /*seed*/) {
    world.cut(old);
    world.run(300);
    REQUIRE(world.leader(GroupId{1}).has_value());
    CHECK(*world.leader(GroupId{1}) != old);
    // The old one was woken by the silence, and judged anew: it leads no more.
    CHECK(world.core(old, GroupId{1}).role() != Role::kLeader);
    world.heal();
    world.run(kLong);
    CHECK(all_rest(world));
  });
}

void disturb(RestWorld& world) {
  Random& random = world.random();
  const std::size_t at = random.below(RestWorld::kNodes);
  const GroupId group{1 + random.below(world.groups())};
  switch (random.below(8)) {
    case 0: world.cut(at); break;
    case 1: world.heal(); break;
    case 2:
      if (world.is_up(at)) world.stop(at);
      break;
    case 3:
      if (!world.is_up(at)) world.start(at);
      break;
    case 4:
      if (world.has(at, group)) world.step_down(at, group);
      break;
    case 5:
      if (world.has(at, group)) world.remove(at, group);
      break;
    case 6:
      if (world.is_up(at) && !world.has(at, group)) world.add(at, group);
      break;
    default:
      if (world.has(at, group)) world.propose(at, group);
      break;
  }
}

TEST_CASE("whatever happens to resting groups they go on when it is over",
          "[host][rest][P111][P112]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    RestWorld world(seed, 4);
    for (int burst = 0; burst < 12; ++burst) {
      if (burst % 3 == 0) world.run(200);  // some rest, others do not yet
      disturb(world);
      world.run_badly(world.random().below(120));
    }
    world.heal();
    for (std::size_t at = 0; at < RestWorld::kNodes; ++at) {
      if (!world.is_up(at)) world.start(at);
      for (std::uint64_t id = 1; id <= world.groups(); ++id) {
        if (!world.has(at, GroupId{id})) world.add(at, GroupId{id});
      }
    }
    world.run(2 * kLong);
    INFO("seed " << seed);
    CHECK(all_rest(world));
    CHECK(all_commit(world, 100));
  }
}

}  // namespace
}  // namespace quorate::raft
