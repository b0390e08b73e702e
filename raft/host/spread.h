// How groups are spread: over the apply threads, and over the length of a tick, so that ten
// thousand groups do not tick at the same moment (P111). It depends on the group alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "raft/core/types.h"

namespace quorate::raft {

// Neighbouring ids get far apart (SplitMix64).
[[nodiscard]] constexpr std::uint64_t scatter(GroupId group) {
  std::uint64_t value = group.value + 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

// Which of `threads` applies what `group` commits.
[[nodiscard]] constexpr std::size_t apply_thread_of(GroupId group, std::size_t threads) {
  return static_cast<std::size_t>(scatter(group) % threads);
}

// When in a tick that of `group` comes: 0 <= phase < tick_ns.
[[nodiscard]] constexpr std::int64_t tick_phase_ns(GroupId group, std::int64_t tick_ns) {
  const std::uint64_t chance = scatter(group) >> 8U;
  return static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(tick_ns));
}

}  // namespace quorate::raft
