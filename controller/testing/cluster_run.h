// Runs a range of seeds of the cluster simulation and gathers what they found.
//
// A seed that fails is run once more with a recording trace, so that its verdict has the last
// events. Should something abort the process, the seed and the command that replays it are printed
// first.
// Owner: the caller. Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "controller/testing/cluster_simulation.h"

namespace quorate::controller::testing {

struct ClusterSeeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;  // included
  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
};

struct ClusterReport {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::vector<ClusterVerdict> failures;  // at most kFailuresKept; failed counts all
  ClusterCounts counts;

  static constexpr std::size_t kFailuresKept = 20;
};

using ClusterProgress =
    std::function<void(const ClusterVerdict& verdict, const ClusterReport& so_far)>;

[[nodiscard]] ClusterReport run_cluster_seeds(const ClusterSeeds& seeds,
                                              const ClusterProgress& progress);

// The violation, the last events, and how to see it again.
void print_failure(std::ostream& out, const ClusterVerdict& verdict);
// "quorate-cluster-sim --replay <seed>".
[[nodiscard]] std::string cluster_replay_command(std::uint64_t seed);

}  // namespace quorate::controller::testing
