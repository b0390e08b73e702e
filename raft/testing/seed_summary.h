// What a program prints of the seeds that it runs: failures, progress, and a summary for people or
// for scripts.
//
// Owner: the caller. Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <vector>

#include "raft/testing/seed_sweep.h"

namespace quorate::raft::testing {

// The violation, the last events, and how to see it again. Requires a verdict that is not clean.
void print_failure(std::ostream& out, const SeedVerdict& verdict, const SeedProgram& program);

// How a replayed seed ended: "no violation", or which.
void print_end(std::ostream& out, const SeedVerdict& verdict, const SeedProgram& program);

// "seeds A..B: n clean, m failed"
void print_totals(std::ostream& out, const SeedRange& range, const SeedFindings& findings);

struct NamedCount {
  std::string_view name;
  std::uint64_t count = 0;
};

struct JsonCounts {
  std::vector<NamedCount> counts;  // members of the object, in this order
  std::vector<NamedCount> states;  // members of "states", which is left out when there are none
};

// One line: an object with first_seed, last_seed, seeds, failed, the counts, failures and states.
void print_json(std::ostream& out,
                const SeedRange& range,
                const SeedFindings& findings,
                const JsonCounts& counts,
                const SeedProgram& program);

// Prints each failure as it comes, and every five seconds how far the run is.
class ProgressLines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kEvery{5};

  ProgressLines(std::ostream& out, SeedRange range, SeedProgram program, Time now);

  // `verdict` came at `now`, and is counted in `so_far`.
  void tell(const SeedVerdict& verdict, const SeedFindings& so_far, Time now);

 private:
  std::ostream& out_;
  SeedRange range_;
  SeedProgram program_;
  Time last_line_;
};

}  // namespace quorate::raft::testing
