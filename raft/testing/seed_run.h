// Runs a range of seeds and gathers what they found.
//
// A seed that fails is run once more with a recording trace, so that its verdict has the last
// events. Should the core abort the process, the seed and the command that replays it are printed
// first.
// Owner: the caller. Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/testing/simulation.h"

namespace quorate::raft::testing {

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;  // included
  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
};

struct SeedRunReport {
  std::uint64_t seeds = 0;
  std::vector<SimVerdict> failures;  // at most kFailuresKept; failed counts all
  std::uint64_t failed = 0;
  RareStates states;
  std::uint64_t events = 0;
  std::uint64_t committed = 0;
  std::uint64_t operations = 0;
  SimTime simulated = 0;

  static constexpr std::size_t kFailuresKept = 20;
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

// The violation, the last events, and how to see it again.
void print_failure(std::ostream& out,
                   const SimVerdict& verdict,
                   const SimOverrides& overrides = {});
// "quorate-sim --replay <seed> [--options <file>]".
[[nodiscard]] std::string replay_command(std::uint64_t seed, const SimOverrides& overrides = {});

}  // namespace quorate::raft::testing
