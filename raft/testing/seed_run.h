// The sweep of quorate-sim: a range of seeds of a group, what they found and what they did.
//
// Owner: the caller. Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "raft/base/status.h"
#include "raft/testing/seed_sweep.h"
#include "raft/testing/simulation.h"

namespace quorate::raft::testing {

struct SeedRunReport : SeedFindings {
  RareStates states;
  std::uint64_t events = 0;
  std::uint64_t committed = 0;
  std::uint64_t operations = 0;
  SimTime simulated = 0;
};

// What a file says of the options instead of the seed.
struct SimOverrides {
  std::string file;  // its name, for the command that replays a seed
  std::string text;
};
// kInvalidArgument as with_options().
Result<SimOptions> options_of_seed(std::uint64_t seed, const SimOverrides& overrides);

using SeedProgress = std::function<void(const SimVerdict& verdict, const SeedRunReport& so_far)>;

// Requires options_of_seed() to be ok for every seed of the range.
[[nodiscard]] SeedRunReport run_seeds(const SeedRange& range,
                                      const SeedProgress& progress,
                                      const SimOverrides& overrides = {});

// quorate-sim, as it is started with these overrides.
[[nodiscard]] SeedProgram sim_program(const SimOverrides& overrides = {});
// "quorate-sim --replay <seed> [--options <file>]".
[[nodiscard]] std::string replay_command(std::uint64_t seed, const SimOverrides& overrides = {});

}  // namespace quorate::raft::testing
