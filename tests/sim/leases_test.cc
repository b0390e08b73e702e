// Leases under clocks that are wrong: as wrong as they may be, and more.
//
// Goal:   within the stated bound nothing stale is ever read; beyond it something is, so that the
//         check of the former is seen to be able to fail.
// Method: whole runs with leases in every one of them, on clocks at the ends of a range.
#include <catch2/catch.hpp>

#include "raft/testing/simulation.h"

namespace quorate::raft::testing {
namespace {

// The run of `seed` with leases nearly as long as an election takes, and clients who read by them.
SimOptions leasing(std::uint64_t seed, std::uint32_t believed_ppm, std::uint32_t true_ppm) {
  SimOptions options = options_of_seed(seed);
  options.core.lease_ns = options.core.election_timeout_ticks * kTick * kNanosecondsPerMicrosecond;
  options.core.clock_drift_ppm = believed_ppm;
  options.clock.drift_ppm = true_ppm;
  options.clock.drift_every = kSecond;
  options.load.read_percent = 50;
  options.load.lease_read_percent = 100;
  return options;
}

TEST_CASE("clocks within their bound never give a stale read", "[sim][lease][P98][R27][R48]") {
  std::uint64_t by_lease = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const SimVerdict verdict = simulate(seed, {.options = leasing(seed, 400'000, 400'000)});
    INFO("seed " << seed);
    CHECK(verdict.is_clean());
    by_lease += verdict.states.count(RareState::kLeaseReadServed);
  }
  CHECK(by_lease > 1000);
}

TEST_CASE("a clock beyond its bound gives a stale read sooner or later",
          "[sim][lease][P98][R27][R48]") {
  std::uint64_t stale = 0;
  for (std::uint64_t seed = 1; seed <= 200 && stale == 0; ++seed) {
    SimOptions options = leasing(seed, 500, 800'000);
    options.process.pause_every = kSecond / 2;
    options.process.pause_lasts = kSecond;
    const SimVerdict verdict = simulate(seed, {.options = options});
    if (verdict.violation && verdict.violation->invariant == "R27") ++stale;
  }
  CHECK(stale > 0);
}

}  // namespace
}  // namespace quorate::raft::testing
