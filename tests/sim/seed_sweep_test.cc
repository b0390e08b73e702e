#include "raft/testing/seed_sweep.h"

#include <csignal>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "raft/testing/apart.h"

namespace quorate::raft::testing {
namespace {

SeedProgram swept_program() {
  return {.replay_command = [](std::uint64_t seed) { return "again " + std::to_string(seed); },
          .describe = [](const Violation& violation) { return violation.evidence; },
          .failure_lines = 3};
}

SeedVerdict failed_verdict(std::uint64_t seed) {
  SeedVerdict verdict;
  verdict.seed = seed;
  verdict.violation = Violation{"R8", "differs"};
  return verdict;
}

TEST_CASE("a range of seeds is two numbers or one", "[sim][seed_sweep]") {
  const auto is = [](std::string_view text, std::uint64_t first, std::uint64_t last) {
    const auto range = parse_seed_range(text);
    return range && range->first == first && range->last == last;
  };
  CHECK(is("1..300", 1, 300));
  CHECK(is("7", 7, 7));
  CHECK(is("0..0", 0, 0));
  CHECK(is("18446744073709551614", UINT64_MAX - 1, UINT64_MAX - 1));
  CHECK(parse_seed_range("5..9")->size() == 5);
}

TEST_CASE("what is no range of seeds is refused", "[sim][seed_sweep]") {
  for (const std::string_view text :
       {"", "..", "1..", "..2", "3..2", "1...2", "-1", "+1", " 1", "1 ", "0x10", "1,2", "a..b"}) {
    INFO(text);
    CHECK_FALSE(parse_seed_range(text));
  }
  CHECK_FALSE(parse_seed("18446744073709551616"));
  CHECK_FALSE(parse_seed("100000000000000000000"));
  CHECK(parse_seed("18446744073709551615") == UINT64_MAX);
  CHECK_FALSE(parse_seed_range("18446744073709551615"));  // nothing comes behind it
}

TEST_CASE("a sweep runs each seed of the range once and in order", "[sim][seed_sweep]") {
  std::vector<std::uint64_t> run;
  std::vector<std::uint64_t> taken;
  const auto simulate = [&](std::uint64_t seed, std::size_t lines_kept) {
    CHECK(lines_kept == 0);
    run.push_back(seed);
    SeedVerdict verdict;
    verdict.seed = seed;
    return verdict;
  };
  sweep({4, 6}, swept_program(), simulate, [&](const SeedVerdict& verdict) {
    CHECK(verdict.is_clean());
    taken.push_back(verdict.seed);
  });
  CHECK(run == std::vector<std::uint64_t>{4, 5, 6});
  CHECK(taken == run);
}

TEST_CASE("a seed that fails is run again with its last lines", "[sim][seed_sweep]") {
  std::vector<std::size_t> kept;
  const auto simulate = [&](std::uint64_t seed, std::size_t lines_kept) {
    kept.push_back(lines_kept);
    SeedVerdict verdict = failed_verdict(seed);
    verdict.last_lines.assign(lines_kept, "a line");
    return verdict;
  };
  SeedFindings findings;
  sweep({9, 9}, swept_program(), simulate, [&](const SeedVerdict& v) { findings.add(v); });
  CHECK(kept == std::vector<std::size_t>{0, 3});
  REQUIRE(findings.failures.size() == 1);
  CHECK(findings.failures[0].last_lines.size() == 3);
  CHECK(findings.failures[0].violation->invariant == "R8");
}

TEST_CASE("a seed that fails otherwise the second time breaks R47", "[sim][seed_sweep]") {
  std::uint64_t runs = 0;
  const auto simulate = [&](std::uint64_t seed, std::size_t) {
    SeedVerdict verdict = failed_verdict(seed);
    verdict.event_hash = ++runs;
    return verdict;
  };
  SeedFindings findings;
  sweep({1, 1}, swept_program(), simulate, [&](const SeedVerdict& v) { findings.add(v); });
  REQUIRE(findings.failures.size() == 1);
  CHECK(findings.failures[0].violation->invariant == "R47");
}

TEST_CASE("findings count every failure and keep the first ones", "[sim][seed_sweep]") {
  SeedFindings findings;
  for (std::uint64_t seed = 1; seed <= 30; ++seed)
    findings.add(failed_verdict(seed));
  findings.add(SeedVerdict{});
  CHECK(findings.seeds == 31);
  CHECK(findings.failed == 30);
  REQUIRE(findings.failures.size() == SeedFindings::kFailuresKept);
  CHECK(findings.failures.back().seed == SeedFindings::kFailuresKept);
}

TEST_CASE("an abort names the seed that ran and how to replay it", "[sim][seed_sweep]") {
  const SimVerdict apart = run_apart([] {
    const auto simulate = [](std::uint64_t seed, std::size_t) {
      if (seed == 7) std::abort();
      return SeedVerdict{};
    };
    sweep({5, 9}, swept_program(), simulate, [](const SeedVerdict&) {});
    return SimVerdict{};
  });
  REQUIRE(apart.violation);
  CHECK(apart.violation->invariant == "ABORT");
  CHECK(apart.violation->evidence == "seed 7 aborted the process; replay: again 7");
}

TEST_CASE("behind a sweep an abort is what it was before", "[sim][seed_sweep]") {
  const auto before = std::signal(SIGABRT, SIG_DFL);
  {
    const AbortNote note;
    const auto inside = std::signal(SIGABRT, SIG_IGN);
    CHECK(inside != SIG_DFL);
    std::signal(SIGABRT, inside);
  }
  CHECK(std::signal(SIGABRT, before) == SIG_DFL);
}

}  // namespace
}  // namespace quorate::raft::testing
