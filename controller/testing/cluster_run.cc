#include "controller/testing/cluster_run.h"

#include <cstdint>
#include <string>

#include "controller/testing/cluster_invariants.h"

namespace quorate::controller::testing {

ClusterReport run_cluster_seeds(const raft::testing::SeedRange& range,
                                const ClusterProgress& progress) {
  ClusterReport report;
  const auto run = [](std::uint64_t seed, std::size_t lines_kept) {
    return simulate_cluster(seed, {.lines_kept = lines_kept});
  };
  const auto take = [&](const ClusterVerdict& verdict) {
    report.add(verdict);
    report.counts.add(verdict.counts);
    if (progress) progress(verdict, report);
  };
  raft::testing::sweep(range, cluster_program(), run, take);
  return report;
}

raft::testing::SeedProgram cluster_program() {
  constexpr std::size_t kFailureLines = 60;
  const auto replay = [](std::uint64_t seed) {
    return "quorate-cluster-sim --replay " + std::to_string(seed);
  };
  return {.replay_command = replay,
          .describe = [](const raft::testing::Violation& violation) { return describe(violation); },
          .failure_lines = kFailureLines};
}

}  // namespace quorate::controller::testing
