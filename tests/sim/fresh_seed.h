// The first seed of this run of the tests: QUORATE_SIM_SEED when it is set, else by the clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace quorate::raft::testing {

inline std::uint64_t fresh_seed() {
  constexpr std::uint64_t kSeedsPerSecond = 10'000;  // two runs never overlap
  if (const char* given = std::getenv("QUORATE_SIM_SEED")) return std::stoull(given);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return static_cast<std::uint64_t>(seconds) * kSeedsPerSecond;
}

}  // namespace quorate::raft::testing
