// The sweep of quorate-cluster-sim: a range of seeds of a cluster, what they found and what they
// did.
//
// Owner: the caller. Thread: one.
#pragma once

#include <functional>

#include "controller/testing/cluster_simulation.h"
#include "raft/testing/seed_sweep.h"

namespace quorate::controller::testing {

struct ClusterReport : raft::testing::SeedFindings {
  ClusterCounts counts;
};

using ClusterProgress =
    std::function<void(const ClusterVerdict& verdict, const ClusterReport& so_far)>;

[[nodiscard]] ClusterReport run_cluster_seeds(const raft::testing::SeedRange& range,
                                              const ClusterProgress& progress);

// quorate-cluster-sim.
[[nodiscard]] raft::testing::SeedProgram cluster_program();

}  // namespace quorate::controller::testing
