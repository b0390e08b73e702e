// quorate-sim: runs seeds of the simulator, replays one, lists what is checked.
//
// Exit status: 0 no violation, 1 a violation, 2 usage.
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "raft/testing/apart.h"
#include "raft/testing/invariants.h"
#include "raft/testing/option_file.h"
#include "raft/testing/seed_run.h"
#include "raft/testing/seed_summary.h"
#include "raft/testing/shrink.h"
#include "raft/testing/small_scope.h"

namespace quorate::raft::testing {
namespace {

constexpr std::string_view kHelpText =
    R"(quorate-sim: runs the deterministic simulator of quorate's Raft core

usage:
  quorate-sim [--seeds A..B] [--json]   run the seeds A to B, both included (1..300)
  quorate-sim --replay SEED             run one seed, one line per event
  quorate-sim --shrink SEED             from a seed that fails to a smaller run that fails alike;
                                        its options are written to shrunk-SEED.options
  quorate-sim --print-options SEED      all options that a seed draws, as lines name = value
  ... --options FILE                    such lines in FILE hold instead of what a seed draws;
                                        with --seeds, --replay, --shrink and --print-options
  quorate-sim --exhaustive SCOPE        every order of events in a small scope, such as
                                        timeouts=2,proposals=1,crashes=1
  quorate-sim --list-states             the rare states that are counted
  quorate-sim --list-invariants         what is checked
  quorate-sim --help

A seed draws the size of the group, its bounds, and which faults happen how often; the same seed
gives the same run. Exit status: 0 no violation, 1 a violation, 2 usage.

example:
  quorate-sim --seeds 1000..1999
)";

enum class Job {
  kSeeds,
  kReplay,
  kShrink,
  kPrintOptions,
  kExhaustive,
  kListStates,
  kListInvariants,
  kHelp
};

struct Arguments {
  Job job = Job::kSeeds;
  SeedRange range{1, 300};
  SimOverrides overrides;
  SmallScope scope;
  bool json = false;
};

std::optional<Job> job_of(std::string_view word) {
  if (word == "--replay") return Job::kReplay;
  if (word == "--shrink") return Job::kShrink;
  if (word == "--print-options") return Job::kPrintOptions;
  return std::nullopt;
}

std::optional<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return std::nullopt;
  return text.str();
}

// Nothing when the arguments are wrong; what is wrong was printed.
std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  const auto refuse = [](std::string_view what, std::string_view word) {
    std::cerr << "quorate-sim: " << what << ": '" << word << "' (see quorate-sim --help)\n";
    return std::nullopt;
  };
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const auto job_of_seed = job_of(word);
    const bool takes_value =
        job_of_seed || word == "--seeds" || word == "--options" || word == "--exhaustive";
    if (takes_value && i + 1 == words.size()) return refuse("a value is missing behind", word);
    if (word == "--seeds") {
      const auto range = parse_seed_range(words[++i]);
      if (!range) return refuse("not a range of seeds such as 1..300", words[i]);
      arguments.range = *range;
    } else if (job_of_seed) {
      const auto seed = parse_seed(words[++i]);
      if (!seed) return refuse("not a seed", words[i]);
      arguments.job = *job_of_seed;
      arguments.range = {*seed, *seed};
    } else if (word == "--options") {
      auto text = read_whole(std::string(words[++i]));
      if (!text) return refuse("cannot read", words[i]);
      arguments.overrides = {std::string(words[i]), *std::move(text)};
    } else if (word == "--exhaustive") {
      const auto scope = parse_small_scope(words[++i]);
      if (!scope.is_ok()) return refuse(scope.status().message(), words[i]);
      arguments.job = Job::kExhaustive;
      arguments.scope = *scope;
    } else if (word == "--json") {
      arguments.json = true;
    } else if (word == "--list-states") {
      arguments.job = Job::kListStates;
    } else if (word == "--list-invariants") {
      arguments.job = Job::kListInvariants;
    } else if (word == "--help" || word == "-h") {
      arguments.job = Job::kHelp;
    } else {
      return refuse("unknown argument", word);
    }
  }
  return arguments;
}

void print_json(const Arguments& arguments, const SeedRunReport& report) {
  JsonCounts counts;
  counts.counts = {{"events", report.events},
                   {"committed_entries", report.committed},
                   {"client_operations", report.operations},
                   {"simulated_ms", report.simulated / kMillisecond}};
  for (const RareStateName& named : rare_state_names())
    counts.states.push_back({named.name, report.states.count(named.state)});
  print_json(std::cout, arguments.range, report, counts, sim_program(arguments.overrides));
}

void print_text(const SeedRange& range, const SeedRunReport& report) {
  print_totals(std::cout, range, report);
  std::cout << "; " << report.events << " events, " << report.committed << " entries, "
            << report.operations << " client operations, " << report.simulated / kSecond
            << " simulated seconds\n";
  for (const RareStateName& named : rare_state_names()) {
    std::cout << std::setw(10) << report.states.count(named.state) << "  " << named.name << '\n';
  }
}

int run(const Arguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const SeedProgram program = sim_program(arguments.overrides);
  ProgressLines lines(std::cerr, arguments.range, program, Clock::now());
  const auto progress = [&](const SimVerdict& verdict, const SeedRunReport& so_far) {
    lines.tell(verdict, so_far, Clock::now());
  };
  const SeedRunReport report = run_seeds(arguments.range, progress, arguments.overrides);
  if (arguments.json) {
    print_json(arguments, report);
  } else {
    print_text(arguments.range, report);
  }
  return report.failed == 0 ? 0 : 1;
}

int replay(std::uint64_t seed, const SimOptions& options) {
  const auto print = [](const std::string& line) { std::cout << line << '\n'; };
  const SimVerdict verdict = simulate(seed, {.lines_kept = 0, .sink = print, .options = options});
  std::cout << "seed " << seed << " event hash " << std::hex << verdict.event_hash << std::dec
            << ", " << verdict.events << " events, " << verdict.committed << " entries\n";
  print_end(std::cout, verdict, sim_program());
  return verdict.is_clean() ? 0 : 1;
}

int shrink_seed(std::uint64_t seed, const SimOptions& options) {
  const auto run = [](std::uint64_t tried, const SimOptions& with) {
    return run_apart([&] { return simulate(tried, {.options = with}); });
  };
  const auto progress = [](const ShrunkRun& so_far, const std::string& what) {
    std::cerr << so_far.runs << " runs, " << so_far.verdict.events << " events, seed "
              << so_far.seed << ": " << what << '\n';
  };
  const auto found = shrink(seed, options, run, ShrinkLimits{}, progress);
  if (!found) {
    std::cout << "seed " << seed << " breaks nothing\n";
    return 0;
  }
  const SimOverrides overrides{"shrunk-" + std::to_string(seed) + ".options",
                               to_text(found->options)};
  std::ofstream(overrides.file) << "# seed " << found->seed << '\n' << overrides.text;
  std::cout << "violates " << to_string(*found->verdict.violation) << '\n'
            << found->verdict.events << " events, " << found->verdict.simulated / kMillisecond
            << " simulated ms; beside the simplest options:\n"
            << to_short_text(found->options) << "replay: " << replay_command(found->seed, overrides)
            << '\n';
  return 1;
}

// All of the range must be possible; false: what is not was printed.
bool check_overrides(const Arguments& arguments) {
  for (std::uint64_t seed = arguments.range.first; seed <= arguments.range.last; ++seed) {
    const auto options = options_of_seed(seed, arguments.overrides);
    if (options.is_ok()) continue;
    std::cerr << "quorate-sim: " << arguments.overrides.file << ", seed " << seed << ": "
              << options.status().message() << '\n';
    return false;
  }
  return true;
}

int explore_scope(const SmallScope& scope) {
  const SmallScopeVerdict verdict = explore(scope, [](const SmallScopeVerdict& so_far) {
    std::cerr << so_far.states << " states, " << so_far.steps << " steps\n";
  });
  std::cout << verdict.states << " states, " << verdict.steps << " steps, longest run "
            << verdict.depth << "; with a leader " << verdict.leaders << ", two leaders "
            << verdict.rivals << ", a commit " << verdict.commits << ", a cut log " << verdict.cuts
            << '\n';
  if (verdict.violation) {
    std::cout << "violates " << to_string(*verdict.violation) << '\n';
    for (const std::string& step : verdict.path)
      std::cout << "  " << step << '\n';
    return 1;
  }
  std::cout << (verdict.is_complete ? "complete: no violation in any order\n"
                                    : "no violation; not complete: states_max was reached\n");
  return 0;
}

int start(const Arguments& arguments) {
  const std::uint64_t seed = arguments.range.first;
  if (!check_overrides(arguments)) return 2;
  switch (arguments.job) {
    case Job::kHelp: std::cout << kHelpText; return 0;
    case Job::kListStates:
      for (const RareStateName& named : rare_state_names()) {
        std::cout << named.name << ": " << named.meaning << '\n';
      }
      return 0;
    case Job::kListInvariants:
      for (const Invariant& invariant : invariants()) {
        std::cout << invariant.id << ": " << invariant.text << '\n';
      }
      return 0;
    case Job::kReplay: return replay(seed, *options_of_seed(seed, arguments.overrides));
    case Job::kShrink: return shrink_seed(seed, *options_of_seed(seed, arguments.overrides));
    case Job::kPrintOptions:
      std::cout << to_text(*options_of_seed(seed, arguments.overrides));
      return 0;
    case Job::kExhaustive: return explore_scope(arguments.scope);
    case Job::kSeeds: return run(arguments);
  }
  return 2;
}

}  // namespace
}  // namespace quorate::raft::testing

int main(int count, char** words) {
  using namespace quorate::raft::testing;
  const auto arguments = parse(std::vector<std::string_view>(words + 1, words + count));
  return arguments ? start(*arguments) : 2;
}
