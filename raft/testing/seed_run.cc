#include "raft/testing/seed_run.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ostream>
#include <utility>

#include <unistd.h>

#include "raft/base/check.h"
#include "raft/testing/option_file.h"

namespace quorate::raft::testing {
namespace {

constexpr std::size_t kLinesOfFailure = 50;

// Written before each seed, so that the signal handler has nothing to make.
std::array<char, 512> g_abort_note{};

extern "C" void print_abort_note(int signal) {
  const auto written =
      write(STDERR_FILENO, g_abort_note.data(), strnlen(g_abort_note.data(), g_abort_note.size()));
  static_cast<void>(written);
  std::signal(signal, SIG_DFL);
}

// Names the seed when the process is aborted in the middle of it.
class AbortNote {
 public:
  AbortNote() : before_(std::signal(SIGABRT, print_abort_note)) {}
  ~AbortNote() { std::signal(SIGABRT, before_); }
  AbortNote(const AbortNote&) = delete;
  AbortNote& operator=(const AbortNote&) = delete;

  static void set(std::uint64_t seed, const SimOverrides& overrides) {
    std::snprintf(g_abort_note.data(),
                  g_abort_note.size(),
                  "seed %llu aborted the process; replay: %s\n",
                  static_cast<unsigned long long>(seed),
                  replay_command(seed, overrides).c_str());
  }

 private:
  void (*before_)(int);
};

}  // namespace

Result<SimOptions> options_of_seed(std::uint64_t seed, const SimOverrides& overrides) {
  return with_options(options_of_seed(seed), overrides.text);
}

SeedRunReport run_seeds(const SeedRange& range,
                        const SeedProgress& progress,
                        const SimOverrides& overrides) {
  const AbortNote note;
  SeedRunReport report;
  for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
    AbortNote::set(seed, overrides);
    const auto options = options_of_seed(seed, overrides);
    QUORATE_CHECK(options.is_ok());
    SimVerdict verdict = simulate(seed, {.options = *options});
    if (!verdict.is_clean()) {
      const std::uint64_t hash = verdict.event_hash;
      verdict =
          simulate(seed, {.lines_kept = kLinesOfFailure, .sink = nullptr, .options = *options});
      if (verdict.event_hash != hash) {
        verdict.violation = Violation{"R47", "the failed seed gave another run the second time"};
      }
      ++report.failed;
      if (report.failures.size() < SeedRunReport::kFailuresKept) {
        report.failures.push_back(verdict);
      }
    }
    ++report.seeds;
    report.states.add(verdict.states);
    report.events += verdict.events;
    report.committed += verdict.committed;
    report.operations += verdict.operations;
    report.simulated += verdict.simulated;
    if (progress) progress(verdict, report);
  }
  return report;
}

std::string replay_command(std::uint64_t seed, const SimOverrides& overrides) {
  const std::string command = "quorate-sim --replay " + std::to_string(seed);
  return overrides.file.empty() ? command : command + " --options " + overrides.file;
}

void print_failure(std::ostream& out, const SimVerdict& verdict, const SimOverrides& overrides) {
  out << "seed " << verdict.seed << " violates " << to_string(*verdict.violation) << '\n';
  for (const std::string& line : verdict.last_lines) {
    out << "  " << line << '\n';
  }
  out << "replay: " << replay_command(verdict.seed, overrides) << '\n';
}

}  // namespace quorate::raft::testing
