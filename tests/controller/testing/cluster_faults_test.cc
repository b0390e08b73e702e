// Rules that are broken on purpose: the checks of the cluster simulation can fail.
#include <cstdint>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "controller/testing/cluster_simulation.h"

namespace quorate::controller::testing {
namespace {

constexpr std::uint64_t kSeeds = 30;

// The invariants that some seeds find broken.
std::set<std::string> found_with(PlantedFault fault) {
  std::set<std::string> found;
  for (std::uint64_t seed = 1; seed <= kSeeds && found.empty(); ++seed) {
    const ClusterVerdict verdict = simulate_cluster(seed, {.planted = fault});
    if (verdict.violation) found.insert(verdict.violation->invariant);
  }
  return found;
}

TEST_CASE("an answer before the commit is found", "[cluster-sim][C6]") {
  CHECK(found_with(PlantedFault::kEarlyAnswer) == std::set<std::string>{"C6"});
}

TEST_CASE("a replica that leaves out a record is found", "[cluster-sim][C1]") {
  CHECK(found_with(PlantedFault::kLostRecord).size() == 1);
}

TEST_CASE("a record that is acknowledged by its leader alone is found", "[cluster-sim][B1]") {
  CHECK(found_with(PlantedFault::kEarlyAcknowledge) == std::set<std::string>{"B1"});
}

TEST_CASE("a broker that lost data and says that it stopped cleanly is found",
          "[cluster-sim][B1][C15]") {
  CHECK(found_with(PlantedFault::kFalseProof).size() == 1);
}

TEST_CASE("a process that leads by metadata from before its registration is found",
          "[cluster-sim][B1]") {
  CHECK(found_with(PlantedFault::kEarlyRoles).size() == 1);
}

TEST_CASE("a broker that leaves out a batch is found", "[cluster-sim][C26]") {
  CHECK(found_with(PlantedFault::kSkippedBatch) == std::set<std::string>{"C26"});
}

}  // namespace
}  // namespace quorate::controller::testing
