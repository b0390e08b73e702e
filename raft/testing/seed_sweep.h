// Runs a range of seeds of a simulation, whichever it is, and keeps what failed.
//
// A seed that fails is run once more with a recording trace, so that its verdict has the last
// events. Should a run abort the process, the seed and the command that replays it are printed
// first.
// Owner: the caller. Thread: one; no two sweeps of a process at the same time, for the signal's
// sake.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "raft/testing/seed_verdict.h"

namespace quorate::raft::testing {

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;  // included
  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
};

// A decimal number of 64 bits; none for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_seed(std::string_view text);
// "A..B", or "A" alone; none when it is neither, empty, or ends at the last number there is.
[[nodiscard]] std::optional<SeedRange> parse_seed_range(std::string_view text);

// How the program of a simulation speaks of its seeds.
struct SeedProgram {
  std::function<std::string(std::uint64_t seed)> replay_command;
  std::function<std::string(const Violation& violation)> describe;
  std::size_t failure_lines = 50;  // of the trace of a seed that failed
};

struct SeedFindings {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::vector<SeedVerdict> failures;  // at most kFailuresKept; failed counts all

  static constexpr std::size_t kFailuresKept = 20;

  void add(const SeedVerdict& verdict);
};

// While there is one, an abort of the process is preceded by a line that names the seed.
class AbortNote {
 public:
  AbortNote();
  ~AbortNote();
  AbortNote(const AbortNote&) = delete;
  AbortNote& operator=(const AbortNote&) = delete;

  // What runs from now on.
  void set(std::uint64_t seed, const std::string& replay_command);

 private:
  void (*before_)(int);
};

// `simulate(seed, lines_kept)` gives a verdict, `take(verdict)` gets that of each seed in turn.
template <typename Simulate, typename Take>
void sweep(const SeedRange& range,
           const SeedProgram& program,
           const Simulate& simulate,
           const Take& take) {
  AbortNote note;
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    note.set(seed, program.replay_command(seed));
    auto verdict = simulate(seed, std::size_t{0});
    if (!verdict.is_clean()) {
      const std::uint64_t hash = verdict.event_hash;
      verdict = simulate(seed, program.failure_lines);
      if (verdict.event_hash != hash) {
        verdict.violation = Violation{"R47", "the failed seed gave another run the second time"};
      }
    }
    take(std::as_const(verdict));
  }
}

}  // namespace quorate::raft::testing
