#include "raft/testing/shrink.h"

#include <catch2/catch.hpp>

#include "raft/testing/option_file.h"

namespace quorate::raft::testing {
namespace {

// The simulation with one more invariant, which is none: that something rare never happens.
SimRunner that_forbids(RareState state) {
  return [state](std::uint64_t seed, const SimOptions& options) {
    SimVerdict verdict = simulate(seed, {.options = options});
    if (verdict.is_clean() && verdict.states.count(state) > 0) {
      verdict.violation = Violation{"TEST", "it happened"};
    }
    return verdict;
  };
}

std::uint64_t first_seed_of(const SimRunner& run) {
  std::uint64_t seed = 1;
  while (run(seed, options_of_seed(seed)).is_clean())
    ++seed;
  return seed;
}

ShrunkRun shrunk(std::uint64_t seed, const SimRunner& run, const ShrinkProgress& progress) {
  const auto found = shrink(
      seed, options_of_seed(seed), run, {.seeds_per_attempt = 4, .seeds_at_end = 20}, progress);
  REQUIRE(found);
  return *found;
}

TEST_CASE("a failing run shrinks to the one fault that it needs", "[sim][shrink]") {
  const SimRunner run = that_forbids(RareState::kSyncFailed);
  const std::uint64_t seed = first_seed_of(run);
  std::uint64_t steps = 0;
  const ShrunkRun found = shrunk(seed, run, [&](const ShrunkRun&, const std::string&) { ++steps; });

  CHECK(found.options.replicas == 1);
  CHECK(found.options.load.clients == 1);
  CHECK(found.options.network.cut_every == 0);
  CHECK(found.options.process.crash_every == 0);
  CHECK(found.options.administrators.change_every == 0);
  CHECK(found.options.snapshot.every_entries == 0);
  CHECK(found.options.disk.failed_sync_every > 0);
  CHECK(found.options.chaos_lasts < options_of_seed(seed).chaos_lasts / 2);
  CHECK(found.verdict.violation->invariant == "TEST");
  CHECK(steps > 2);
}

TEST_CASE("what is needed together stays together", "[sim][shrink]") {
  const SimRunner run = that_forbids(RareState::kLogReplacedBySnapshot);
  const ShrunkRun found = shrunk(first_seed_of(run), run, nullptr);
  CHECK(found.options.replicas + found.options.spares > 1);
  CHECK(found.options.snapshot.every_entries > 0);
  CHECK(found.options.operators.transfer_every + found.options.operators.step_down_every == 0);
}

TEST_CASE("what was shrunk fails again from its seed and its file", "[sim][shrink]") {
  const SimRunner run = that_forbids(RareState::kVoteSplit);
  const ShrunkRun found = shrunk(first_seed_of(run), run, nullptr);
  const auto options = with_options(options_of_seed(found.seed), to_text(found.options));
  REQUIRE(options.is_ok());
  const SimVerdict again = run(found.seed, *options);
  CHECK(again.violation->invariant == "TEST");
  CHECK(again.event_hash == found.verdict.event_hash);
}

TEST_CASE("another violation is not taken for the one that is shrunk", "[sim][shrink]") {
  const SimOptions drawn = options_of_seed(1);
  std::uint64_t runs = 0;
  const SimRunner run = [&](std::uint64_t, const SimOptions& options) {
    SimVerdict verdict;
    verdict.violation = Violation{options.replicas == drawn.replicas ? "A" : "B", ""};
    ++runs;
    return verdict;
  };
  const auto found = shrink(1, drawn, run, {.runs_max = 500}, nullptr);
  REQUIRE(found);
  CHECK(found->options.replicas == drawn.replicas);
  CHECK(to_short_text(found->options) ==
        (drawn.replicas == 1 ? "" : "replicas = " + std::to_string(drawn.replicas) + "\n"));
  CHECK(runs <= 501);
}

TEST_CASE("a clean run is not shrunk", "[sim][shrink]") {
  const SimRunner run = [](std::uint64_t, const SimOptions&) { return SimVerdict{}; };
  CHECK_FALSE(shrink(1, simplest_options(), run, {}, nullptr));
}

}  // namespace
}  // namespace quorate::raft::testing
