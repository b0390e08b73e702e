// quorate-cluster-sim: runs seeds of the cluster simulation.
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/testing/cluster_invariants.h"
#include "controller/testing/cluster_run.h"
#include "raft/testing/seed_summary.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::SeedRange;

constexpr std::string_view kHelpText =
    R"(quorate-cluster-sim: controllers, brokers, administrators and faults, from one number

usage:
  quorate-cluster-sim [--seeds A..B] [--json]    runs each seed of the range (default 1..100)
  quorate-cluster-sim --replay SEED              one seed, one line per event
  quorate-cluster-sim --print-options SEED       what the seed draws
  quorate-cluster-sim --list-invariants          what is checked, beside Raft's own
  quorate-cluster-sim --help

A seed draws the sizes, the bounds, and which faults happen how often; the same seed gives the same
run. Exit status: 0 no violation, 1 a violation, 2 usage.

example:
  quorate-cluster-sim --seeds 1000..1999
)";

enum class Job { kSeeds, kReplay, kPrintOptions, kListInvariants, kHelp };

struct Arguments {
  Job job = Job::kSeeds;
  SeedRange seeds{1, 100};
  bool json = false;
};

// Nothing when the arguments are wrong; what is wrong was printed.
std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  const auto refuse = [](std::string_view what, std::string_view word) {
    std::cerr << "quorate-cluster-sim: " << what << ": '" << word
              << "' (see quorate-cluster-sim --help)\n";
    return std::nullopt;
  };
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      arguments.json = true;
    } else if (word == "--list-invariants") {
      arguments.job = Job::kListInvariants;
    } else if (word == "--help" || word == "-h") {
      arguments.job = Job::kHelp;
    } else if (word == "--seeds" || word == "--replay" || word == "--print-options") {
      if (i + 1 == words.size()) return refuse("a value is missing behind", word);
      const auto range = raft::testing::parse_seed_range(words[++i]);
      if (!range) return refuse("not a seed, or a range of seeds such as 1..300", words[i]);
      if (word != "--seeds" && range->size() != 1) return refuse("one seed, not more", words[i]);
      arguments.seeds = *range;
      if (word == "--replay") arguments.job = Job::kReplay;
      if (word == "--print-options") arguments.job = Job::kPrintOptions;
    } else {
      return refuse("unknown argument", word);
    }
  }
  return arguments;
}

void print_summary_as_json(const SeedRange& seeds, const ClusterReport& report) {
  const ClusterCounts& counts = report.counts;
  const raft::testing::JsonCounts named{{{"events", counts.events},
                                         {"batches", counts.batches},
                                         {"claims", counts.claims},
                                         {"voids", counts.voids},
                                         {"snapshots", counts.snapshots},
                                         {"elections", counts.elections},
                                         {"moves", counts.moves},
                                         {"clean_stops", counts.stops},
                                         {"acked_records", counts.acked},
                                         {"given_up_records", counts.given_up},
                                         {"simulated_ms", counts.simulated / kMillisecond}},
                                        {}};
  raft::testing::print_json(std::cout, seeds, report, named, cluster_program());
}

void print_text(const SeedRange& seeds, const ClusterReport& report) {
  const ClusterCounts& counts = report.counts;
  raft::testing::print_totals(std::cout, seeds, report);
  std::cout << "; " << counts.events << " events, " << counts.batches << " batches, "
            << counts.claims << " claims, " << counts.voids << " void batches, " << counts.snapshots
            << " snapshots read, " << counts.elections << " elections, " << counts.moves
            << " reassignments ended, " << counts.stops << " controlled shutdowns, " << counts.acked
            << " acknowledged records, " << counts.given_up << " of them given up, "
            << counts.simulated / kSecond << " simulated seconds\n";
}

int run(const Arguments& arguments) {
  using Clock = std::chrono::steady_clock;
  raft::testing::ProgressLines lines(std::cerr, arguments.seeds, cluster_program(), Clock::now());
  const auto progress = [&](const ClusterVerdict& verdict, const ClusterReport& so_far) {
    lines.tell(verdict, so_far, Clock::now());
  };
  const ClusterReport report = run_cluster_seeds(arguments.seeds, progress);
  if (arguments.json) {
    print_summary_as_json(arguments.seeds, report);
  } else {
    print_text(arguments.seeds, report);
  }
  return report.failed == 0 ? 0 : 1;
}

int replay(std::uint64_t seed) {
  const auto print = [](const std::string& line) { std::cout << line << '\n'; };
  const ClusterVerdict verdict = simulate_cluster(seed, {.lines_kept = 0, .sink = print});
  std::cout << "seed " << seed << " event hash " << std::hex << verdict.event_hash << std::dec
            << ", " << verdict.counts.events << " events, " << verdict.counts.batches
            << " batches\n";
  raft::testing::print_end(std::cout, verdict, cluster_program());
  return verdict.is_clean() ? 0 : 1;
}

int start(const Arguments& arguments) {
  switch (arguments.job) {
    case Job::kHelp: std::cout << kHelpText; return 0;
    case Job::kListInvariants:
      for (const raft::testing::Invariant& invariant : cluster_invariants())
        std::cout << invariant.id << ": " << invariant.text << '\n';
      return 0;
    case Job::kReplay: return replay(arguments.seeds.first);
    case Job::kPrintOptions:
      describe(std::cout, cluster_options_of_seed(arguments.seeds.first));
      return 0;
    case Job::kSeeds: return run(arguments);
  }
  return 2;
}

}  // namespace
}  // namespace quorate::controller::testing

int main(int count, char** words) {
  using namespace quorate::controller::testing;
  const auto arguments = parse(std::vector<std::string_view>(words + 1, words + count));
  return arguments ? start(*arguments) : 2;
}
