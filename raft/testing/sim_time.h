// Simulated time: microseconds since the simulation began. Nothing in it reads a clock.
#pragma once

#include <cstdint>

namespace quorate::raft::testing {

using SimTime = std::uint64_t;

inline constexpr SimTime kMicrosecond = 1;
inline constexpr std::uint64_t kNanosecondsPerMicrosecond = 1000;
inline constexpr SimTime kMillisecond = 1000;
inline constexpr SimTime kSecond = 1000 * kMillisecond;

// How long a tick of a replica's core is while its clock is right.
inline constexpr SimTime kTick = 10 * kMillisecond;

}  // namespace quorate::raft::testing
