// The simulation of a whole cluster in one thread, from one number: controllers over the real Raft
// core, brokers with sessions and records, administrators, and what goes wrong with all of them.
//
// A seed draws everything. The run has two phases: chaos, then a heal, after which what can become
// whole must become whole within a bounded simulated time. Raft's invariants and those of
// cluster_invariants.h are checked all along. The same seed gives the same run, event by event.
// Owner: the caller. Thread: one. Source: docs/testing.md, section "The cluster simulator".
#pragma once

#include <cstdint>

#include "controller/testing/cluster_counts.h"
#include "controller/testing/cluster_options.h"
#include "controller/testing/planted_fault.h"
#include "raft/testing/seed_verdict.h"
#include "raft/testing/trace.h"

namespace quorate::controller::testing {

struct ClusterSettings {
  std::size_t lines_kept = 0;                     // of the trace, for the verdict
  raft::testing::Trace::LineSink sink = nullptr;  // every line of the trace
  PlantedFault planted = PlantedFault::kNone;
};

struct ClusterVerdict : raft::testing::SeedVerdict {
  ClusterCounts counts;
};

// One run of `seed`.
[[nodiscard]] ClusterVerdict simulate_cluster(std::uint64_t seed,
                                              const ClusterSettings& settings = {});
// The options that `seed` draws.
[[nodiscard]] ClusterOptions cluster_options_of_seed(std::uint64_t seed);

}  // namespace quorate::controller::testing
