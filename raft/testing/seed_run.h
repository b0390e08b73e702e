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

using SeedProgress = std::function<void(const SimVerdict& verdict, const SeedRunReport& so_far)>;

[[nodiscard]] SeedRunReport run_seeds(const SeedRange& range, const SeedProgress& progress);

// The violation, the last events, and how to see it again.
void print_failure(std::ostream& out, const SimVerdict& verdict);
// "quorate-sim --replay <seed>".
[[nodiscard]] std::string replay_command(std::uint64_t seed);

}  // namespace quorate::raft::testing
