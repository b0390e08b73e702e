#include "raft/testing/seed_run.h"

#include "raft/base/check.h"
#include "raft/testing/option_file.h"

namespace quorate::raft::testing {

Result<SimOptions> options_of_seed(std::uint64_t seed, const SimOverrides& overrides) {
  return with_options(options_of_seed(seed), overrides.text);
}

SeedRunReport run_seeds(const SeedRange& range,
                        const SeedProgress& progress,
                        const SimOverrides& overrides) {
  SeedRunReport report;
  const auto run = [&](std::uint64_t seed, std::size_t lines_kept) {
    const auto options = options_of_seed(seed, overrides);
    QUORATE_CHECK(options.is_ok());
    return simulate(seed, {.lines_kept = lines_kept, .options = *options});
  };
  const auto take = [&](const SimVerdict& verdict) {
    report.add(verdict);
    report.states.add(verdict.states);
    report.events += verdict.events;
    report.committed += verdict.committed;
    report.operations += verdict.operations;
    report.simulated += verdict.simulated;
    if (progress) progress(verdict, report);
  };
  sweep(range, sim_program(overrides), run, take);
  return report;
}

SeedProgram sim_program(const SimOverrides& overrides) {
  const auto replay = [overrides](std::uint64_t seed) { return replay_command(seed, overrides); };
  return {.replay_command = replay,
          .describe = [](const Violation& violation) { return to_string(violation); }};
}

std::string replay_command(std::uint64_t seed, const SimOverrides& overrides) {
  const std::string command = "quorate-sim --replay " + std::to_string(seed);
  return overrides.file.empty() ? command : command + " --options " + overrides.file;
}

}  // namespace quorate::raft::testing
