// Shrinking: from a run that breaks an invariant to a smaller one that still breaks the same.
//
//   all options -> as many as possible as simple as possible, in halves, quarters, ... one by one
//               -> those that must stay, as near to the simplest as they can be
//               -> among neighbouring seeds, the run with the fewest events
//
// Each attempt tries a few seeds, for with other options the same seed is another run. What is
// found is replayed by seed and options alone.
// Owner: the caller. Thread: one.
// Source: Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "raft/testing/simulation.h"

namespace quorate::raft::testing {

// What is tried: the simulation itself, or one with an invariant of the caller's.
using SimRunner = std::function<SimVerdict(std::uint64_t seed, const SimOptions& options)>;

struct ShrinkLimits {
  std::uint64_t runs_max = 4000;
  std::uint64_t seeds_per_attempt = 6;
  std::uint64_t seeds_at_end = 100;
};

struct ShrunkRun {
  std::uint64_t seed = 0;
  SimOptions options;
  SimVerdict verdict;      // breaks the invariant
  std::uint64_t runs = 0;  // that it took
};

// `what` has just been made simpler, e.g. "network.cut_every = 0 process.crash_every = 0".
using ShrinkProgress = std::function<void(const ShrunkRun& so_far, const std::string& what)>;

// Nothing when the run breaks no invariant.
[[nodiscard]] std::optional<ShrunkRun> shrink(std::uint64_t seed,
                                              const SimOptions& options,
                                              const SimRunner& run,
                                              const ShrinkLimits& limits,
                                              const ShrinkProgress& progress);

}  // namespace quorate::raft::testing
