// quorate-cluster-sim: runs seeds of the cluster simulation.
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/testing/cluster_invariants.h"
#include "controller/testing/cluster_run.h"

namespace quorate::controller::testing {
namespace {

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
  ClusterSeeds seeds{1, 100};
  bool json = false;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return number;
}

// "A..B", or "A" alone.
std::optional<ClusterSeeds> parse_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto first = parse_number(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : parse_number(text.substr(dots + 2));
  if (!first || !last || *last < *first) return std::nullopt;
  return ClusterSeeds{*first, *last};
}

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
      const auto range = parse_range(words[++i]);
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

void print_json_text(std::ostream& out, std::string_view text) {
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out << '\\';
    out << (static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  out << '"';
}

void print_json(const ClusterSeeds& seeds, const ClusterReport& report) {
  const ClusterCounts& counts = report.counts;
  std::cout << R"({"first_seed":)" << seeds.first << R"(,"last_seed":)" << seeds.last
            << R"(,"seeds":)" << report.seeds << R"(,"failed":)" << report.failed << R"(,"events":)"
            << counts.events << R"(,"batches":)" << counts.batches << R"(,"claims":)"
            << counts.claims << R"(,"voids":)" << counts.voids << R"(,"snapshots":)"
            << counts.snapshots << R"(,"elections":)" << counts.elections << R"(,"moves":)"
            << counts.moves << R"(,"clean_stops":)" << counts.stops << R"(,"acked_records":)"
            << counts.acked << R"(,"given_up_records":)" << counts.given_up << R"(,"simulated_ms":)"
            << counts.simulated / kMillisecond << R"(,"failures":[)";
  bool is_first = true;
  for (const ClusterVerdict& failure : report.failures) {
    std::cout << (is_first ? "" : ",") << R"({"seed":)" << failure.seed << R"(,"invariant":)";
    is_first = false;
    print_json_text(std::cout, failure.violation->invariant);
    std::cout << R"(,"evidence":)";
    print_json_text(std::cout, failure.violation->evidence);
    std::cout << R"(,"replay":)";
    print_json_text(std::cout, cluster_replay_command(failure.seed));
    std::cout << '}';
  }
  std::cout << "]}\n";
}

void print_text(const ClusterSeeds& seeds, const ClusterReport& report) {
  const ClusterCounts& counts = report.counts;
  std::cout << "seeds " << seeds.first << ".." << seeds.last << ": " << report.seeds - report.failed
            << " clean, " << report.failed << " failed; " << counts.events << " events, "
            << counts.batches << " batches, " << counts.claims << " claims, " << counts.voids
            << " void batches, " << counts.snapshots << " snapshots read, " << counts.elections
            << " elections, " << counts.moves << " reassignments ended, " << counts.stops
            << " controlled shutdowns, " << counts.acked << " acknowledged records, "
            << counts.given_up << " of them given up, " << counts.simulated / kSecond
            << " simulated seconds\n";
}

int run(const Arguments& arguments) {
  auto last_note = std::chrono::steady_clock::now();
  const auto progress = [&](const ClusterVerdict& verdict, const ClusterReport& so_far) {
    if (!verdict.is_clean()) print_failure(std::cerr, verdict);
    const auto now = std::chrono::steady_clock::now();
    if (now - last_note < std::chrono::seconds(5)) return;
    last_note = now;
    std::cerr << so_far.seeds << " of " << arguments.seeds.size() << " seeds, " << so_far.failed
              << " failed\n";
  };
  const ClusterReport report = run_cluster_seeds(arguments.seeds, progress);
  if (arguments.json) {
    print_json(arguments.seeds, report);
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
  if (verdict.is_clean()) {
    std::cout << "no violation\n";
    return 0;
  }
  std::cout << "violates " << describe(*verdict.violation) << '\n';
  return 1;
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
