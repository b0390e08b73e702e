// Fresh seeds at every run of the tests: from QUORATE_SIM_SEED when it is set, else from the clock.
// The first line printed is the command that repeats the run. QUORATE_CLUSTER_SIM_SEEDS says how
// many there are in a part.
#include <cstdlib>
#include <iostream>
#include <string>

#include <catch2/catch.hpp>

#include "controller/testing/cluster_run.h"
#include "raft/testing/seed_summary.h"
#include "tests/sim/fresh_seed.h"

namespace quorate::controller::testing {
namespace {

constexpr std::uint64_t kSeedsPerPart = 60;

std::uint64_t seeds_per_part() {
  const char* given = std::getenv("QUORATE_CLUSTER_SIM_SEEDS");
  return given != nullptr ? std::stoull(given) : kSeedsPerPart;
}

void run_part(std::uint64_t part) {
  const std::uint64_t count = seeds_per_part();
  const std::uint64_t first = raft::testing::fresh_seed() + part * count;
  const raft::testing::SeedRange seeds{first, first + count - 1};
  std::cout << "repeat with: quorate-cluster-sim --seeds " << seeds.first << ".." << seeds.last
            << '\n'
            << std::flush;
  const ClusterReport report = run_cluster_seeds(seeds, nullptr);
  for (const raft::testing::SeedVerdict& failure : report.failures)
    print_failure(std::cout, failure, cluster_program());
  CHECK(report.failed == 0);
}

TEST_CASE("fresh seeds keep every invariant of a cluster - part 1",
          "[cluster-sim][seeds][C1][C2][C3][C4][C5][C6][C7][C8][C9][C10][C11][C12][C13][C14][C15]"
          "[C16][C17][C18][C19][C20][C21][C24][C25][C26][C28][C29][C30][C31][C32][B1]") {
  run_part(0);
}
TEST_CASE("fresh seeds keep every invariant of a cluster - part 2", "[cluster-sim][seeds]") {
  run_part(1);
}

}  // namespace
}  // namespace quorate::controller::testing
