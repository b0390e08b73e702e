// Simulation: a whole group, its clients and its faults in one thread, from one number.
//
// A seed draws everything. The run has two phases: chaos, in which the drawn faults happen, then a
// heal, after which one leader, a commit, equal logs, equal states and an answer to every client
// operation must come within a bounded simulated time. Safety is checked after every event.
// The same seed gives the same run, event by event (R47).
// Owner: the caller. Thread: one. Source: docs/testing.md.
#pragma once

#include <cstdint>
#include <optional>

#include "raft/testing/rare_states.h"
#include "raft/testing/seed_verdict.h"
#include "raft/testing/sim_options.h"
#include "raft/testing/sim_store.h"
#include "raft/testing/trace.h"

namespace quorate::raft::testing {

struct SimSettings {
  std::size_t lines_kept = 0;         // of the trace, for the verdict
  Trace::LineSink sink = nullptr;     // every line of the trace
  std::optional<SimOptions> options;  // none: what the seed draws
  SimStoreMaker stores = nullptr;     // real log stores below the replicas; empty: in memory
};

struct SimVerdict : SeedVerdict {
  RareStates states;
  std::uint64_t events = 0;
  SimTime simulated = 0;
  std::uint64_t committed = 0;  // entries
  std::uint64_t operations = 0;
};

// One run of `seed`.
[[nodiscard]] SimVerdict simulate(std::uint64_t seed, const SimSettings& settings = {});
// The options that `seed` draws.
[[nodiscard]] SimOptions options_of_seed(std::uint64_t seed);

}  // namespace quorate::raft::testing
