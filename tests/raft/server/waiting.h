// Waiting for what other threads do: on a condition, with a deadline, never for a time.
#pragma once

#include <chrono>
#include <thread>

namespace quorate::raft {

inline constexpr std::chrono::seconds kDeadline{20};

// Whether `condition` became true before the deadline.
template <typename Condition>
bool eventually(Condition condition, std::chrono::nanoseconds deadline = kDeadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds{200});
  }
  return true;
}

}  // namespace quorate::raft
