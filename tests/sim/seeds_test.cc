// Fresh seeds at every run of the tests: from QUORATE_SIM_SEED when it is set, else from the clock.
// The first line printed is the command that repeats the run. QUORATE_SIM_SEEDS says how many there
// are in a part; the presets with sanitizers ask for fewer.
#include <cstdlib>
#include <iostream>
#include <string>

#include <catch2/catch.hpp>

#include "raft/testing/seed_run.h"
#include "raft/testing/seed_summary.h"
#include "tests/sim/fresh_seed.h"

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kSeedsPerPart = 1250;

std::uint64_t seeds_per_part() {
  const char* given = std::getenv("QUORATE_SIM_SEEDS");
  return given != nullptr ? std::stoull(given) : kSeedsPerPart;
}

void run_part(std::uint64_t part) {
  const std::uint64_t count = seeds_per_part();
  const std::uint64_t first = fresh_seed() + part * kSeedsPerPart;
  const SeedRange range{first, first + count - 1};
  std::cout << "repeat with: quorate-sim --seeds " << range.first << ".." << range.last << '\n'
            << std::flush;
  const SeedRunReport report = run_seeds(range, nullptr);
  for (const SeedVerdict& failure : report.failures)
    print_failure(std::cout, failure, sim_program());
  CHECK(report.failed == 0);
  if (count < kSeedsPerPart) return;  // too few to have met every rare state
  for (const RareStateName& named : rare_state_names()) {
    INFO("rare state: " << named.name);
    if (is_required(named.state)) CHECK(report.states.count(named.state) > 0);
  }
}

TEST_CASE("fresh seeds keep every invariant - part 1", "[sim][seeds]") {
  run_part(0);
}
TEST_CASE("fresh seeds keep every invariant - part 2", "[sim][seeds]") {
  run_part(1);
}
TEST_CASE("fresh seeds keep every invariant - part 3", "[sim][seeds]") {
  run_part(2);
}
TEST_CASE("fresh seeds keep every invariant - part 4", "[sim][seeds]") {
  run_part(3);
}

}  // namespace
}  // namespace quorate::raft::testing
