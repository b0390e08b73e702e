// What differs between the seeds of random runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "controller/control/options.h"

namespace quorate::controller::testing {

inline constexpr std::size_t kMovesMax = 3;

// With half of the seeds eligible leaders are kept. With an odd seed a step is so small that nearly
// everything takes many. With a quarter of them elections are unclean where nothing is set.
inline ControlOptions options_of(std::uint64_t seed) {
  ControlOptions options;
  // A row of steps that ask nothing is no pause of the controller: sessions run by the clock.
  options.session.gap_max_ms = 3'600'000;
  if (seed % 2 == 1) options.step = {.records_max = 2, .bytes_max = 250, .examined_max = 3};
  options.balance_interval_ms = 1'000'000'000;  // only when an operator's word asks for it
  options.drain = {.leaders_max = seed % 2 == 1 ? 2U : 100U, .pause_ms = 0, .retry_ms = 3};
  options.decommission = {.moves_max = kMovesMax, .pause_ms = 0, .retry_ms = 1};
  options.eligible_leaders = seed % 4 >= 2;
  if (seed % 8 >= 6) options.statics = {{"unclean.leader.election.enable", "true"}};
  return options;
}

}  // namespace quorate::controller::testing
