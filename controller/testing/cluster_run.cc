#include "controller/testing/cluster_run.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ostream>

#include <unistd.h>

#include "controller/testing/cluster_invariants.h"

namespace quorate::controller::testing {
namespace {

constexpr std::size_t kLinesOfFailure = 60;

// Written before each seed, so that the signal handler has nothing to make.
std::array<char, 256> g_abort_note{};

extern "C" void print_cluster_abort_note(int signal) {
  const auto written =
      write(STDERR_FILENO, g_abort_note.data(), strnlen(g_abort_note.data(), g_abort_note.size()));
  static_cast<void>(written);
  std::signal(signal, SIG_DFL);
}

// Names the seed when the process is aborted in the middle of it.
class AbortNote {
 public:
  AbortNote() : before_(std::signal(SIGABRT, print_cluster_abort_note)) {}
  ~AbortNote() { std::signal(SIGABRT, before_); }
  AbortNote(const AbortNote&) = delete;
  AbortNote& operator=(const AbortNote&) = delete;

  static void set(std::uint64_t seed) {
    std::snprintf(g_abort_note.data(),
                  g_abort_note.size(),
                  "seed %llu aborted the process; replay: %s\n",
                  static_cast<unsigned long long>(seed),
                  cluster_replay_command(seed).c_str());
  }

 private:
  void (*before_)(int);
};

}  // namespace

ClusterReport run_cluster_seeds(const ClusterSeeds& seeds, const ClusterProgress& progress) {
  const AbortNote note;
  ClusterReport report;
  for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    AbortNote::set(seed);
    ClusterVerdict verdict = simulate_cluster(seed);
    if (!verdict.is_clean()) {
      const std::uint64_t hash = verdict.event_hash;
      verdict = simulate_cluster(seed, {.lines_kept = kLinesOfFailure});
      if (verdict.event_hash != hash) {
        verdict.violation = {"R47", "the failed seed gave another run the second time"};
      }
      ++report.failed;
      if (report.failures.size() < ClusterReport::kFailuresKept) report.failures.push_back(verdict);
    }
    ++report.seeds;
    report.counts.add(verdict.counts);
    if (progress) progress(verdict, report);
  }
  return report;
}

std::string cluster_replay_command(std::uint64_t seed) {
  return "quorate-cluster-sim --replay " + std::to_string(seed);
}

void print_failure(std::ostream& out, const ClusterVerdict& verdict) {
  out << "seed " << verdict.seed << " violates " << describe(*verdict.violation) << '\n';
  for (const std::string& line : verdict.last_lines)
    out << "  " << line << '\n';
  out << "replay: " << cluster_replay_command(verdict.seed) << '\n';
}

}  // namespace quorate::controller::testing
