#include "raft/testing/option_file.h"

#include <set>

#include <catch2/catch.hpp>

#include "raft/testing/seed_run.h"

namespace quorate::raft::testing {
namespace {

Status read(std::string_view text) {
  return with_options(simplest_options(), text).status();
}

TEST_CASE("what a seed draws can be written down and run again", "[sim][options][R47]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto written = with_options(simplest_options(), to_text(options_of_seed(seed)));
    REQUIRE(written.is_ok());
    const SimVerdict again = simulate(seed, {.options = *written});
    CHECK(again.event_hash == simulate(seed).event_hash);
  }
}

TEST_CASE("every seed draws options that a file could hold", "[sim][options]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    const Status status = validate(options_of_seed(seed));
    INFO("seed " << seed << ": " << status);
    CHECK(status.is_ok());
  }
}

TEST_CASE("every option has its own name", "[sim][options]") {
  const auto& names = option_names();
  CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
  CHECK(values_of(simplest_options()).size() == names.size());
}

TEST_CASE("a file changes what it names and nothing else", "[sim][options]") {
  const SimOptions drawn = options_of_seed(7);
  const auto changed = with_options(drawn,
                                    "# fewer\n"
                                    "replicas=3   # voters\r\n"
                                    "\n"
                                    "  network.loss_permille = 250");
  REQUIRE(changed.is_ok());
  CHECK(changed->replicas == 3);
  CHECK(changed->network.loss_permille == 250);
  CHECK(changed->load.clients == drawn.load.clients);
  CHECK(to_text(*with_options(drawn, "")) == to_text(drawn));
}

TEST_CASE("a line that makes no sense is refused with its number", "[sim][options]") {
  CHECK_THAT(read("\nreplicas = three").message(), Catch::Contains("line 2: not a number"));
  CHECK_THAT(read("voters = 3").message(), Catch::Contains("line 1: no such option: voters"));
  CHECK_THAT(read("replicas").message(), Catch::Contains("line 1: not a number"));
  CHECK_THAT(read("replicas = 3 5").message(), Catch::Contains("line 1"));
  CHECK_THAT(read("replicas = -1").message(), Catch::Contains("line 1"));
}

TEST_CASE("values that no run can have are refused by name", "[sim][options]") {
  CHECK_THAT(read("replicas = 0").message(), Catch::Contains("replicas"));
  CHECK_THAT(read("replicas = 4294967299").message(), Catch::Contains("replicas is too large"));
  CHECK_THAT(read("load.clients = 4294967297").message(), Catch::Contains("load.clients"));
  CHECK_THAT(read("network.loss_permille = 1001").message(), Catch::Contains("above 1000"));
  CHECK_THAT(read("network.cut_every = 5").message(), Catch::Contains("below a millisecond"));
  CHECK_THAT(read("network.delay_min = 900000").message(), Catch::Contains("delay_min"));
  CHECK_THAT(read("core.heartbeat_ticks = 9").message(), Catch::Contains("election_timeout_ticks"));
  CHECK_THAT(read("network.in_order = 2").message(), Catch::Contains("in_order is too large"));
}

TEST_CASE("the command that replays a seed names the file of its options", "[sim][options]") {
  CHECK(replay_command(4) == "quorate-sim --replay 4");
  CHECK(replay_command(4, {"calm.options", ""}) == "quorate-sim --replay 4 --options calm.options");
}

TEST_CASE("a run of seeds keeps to the file", "[sim][options]") {
  const SimOverrides calm{"calm.options", to_text(simplest_options())};
  std::uint64_t runs = 0;
  const auto count = [&](const SimVerdict& verdict, const SeedRunReport&) {
    ++runs;
    CHECK(verdict.is_clean());
    CHECK(verdict.simulated < 2 * kSecond);
  };
  const SeedRunReport report = run_seeds({1, 5}, count, calm);
  CHECK(runs == 5);
  CHECK(report.states.count(RareState::kVoteSplit) == 0);
  CHECK(report.committed > 0);
}

}  // namespace
}  // namespace quorate::raft::testing
