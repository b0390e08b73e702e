#include "raft/testing/simulation.h"

#include <set>

#include <catch2/catch.hpp>

#include "raft/testing/invariants.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("the same seed gives the same run", "[sim][R47]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const SimVerdict first = simulate(seed);
    const SimVerdict second = simulate(seed);
    CHECK(first.event_hash == second.event_hash);
    CHECK(first.events == second.events);
    CHECK(first.committed == second.committed);
  }
}

TEST_CASE("recording the trace does not change the run", "[sim][R47]") {
  std::size_t lines = 0;
  const auto count = [&lines](const std::string&) { ++lines; };
  const SimVerdict quiet = simulate(3);
  const SimVerdict traced = simulate(3, {.lines_kept = 50, .sink = count});
  CHECK(quiet.event_hash == traced.event_hash);
  CHECK(traced.last_lines.size() == 50);
  CHECK(lines > 1000);
}

TEST_CASE("different seeds give different runs", "[sim]") {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    hashes.insert(simulate(seed).event_hash);
  }
  CHECK(hashes.size() == 20);
}

TEST_CASE("the swarm draws calm and wild seeds of every size", "[sim][swarm]") {
  std::set<std::uint32_t> sizes;
  int without_crashes = 0;
  int without_cuts = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const SimOptions options = options_of_seed(seed);
    sizes.insert(options.replicas);
    if (options.process.crash_every == 0) ++without_crashes;
    if (options.network.cut_every == 0) ++without_cuts;
  }
  CHECK(sizes == std::set<std::uint32_t>{1, 3, 5, 7});
  CHECK(without_crashes > 100);
  CHECK(without_crashes < 250);
  CHECK(without_cuts > 100);
  CHECK(without_cuts < 250);
}

TEST_CASE("a run gets work done and answers its clients", "[sim]") {
  const SimVerdict verdict = simulate(3);
  CHECK(verdict.is_clean());
  CHECK(verdict.committed > 50);
  CHECK(verdict.operations > 100);
}

TEST_CASE("every invariant and every rare state has its own name and text", "[sim]") {
  std::set<std::string_view> names;
  for (const Invariant& invariant : invariants()) {
    CHECK(names.insert(invariant.id).second);
    CHECK_FALSE(invariant.text.empty());
  }
  for (std::size_t i = 0; i < kRareStates; ++i) {
    CHECK(static_cast<std::size_t>(rare_state_names()[i].state) == i);
    CHECK(names.insert(rare_state_names()[i].name).second);
    CHECK_FALSE(rare_state_names()[i].meaning.empty());
  }
}

}  // namespace
}  // namespace quorate::raft::testing
