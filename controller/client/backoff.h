// Backoff: pauses that double from a minimum to a maximum, each drawn from its upper half.
//
// Owner: whoever retries. Thread: that one's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

#include "raft/base/random.h"

namespace quorate::controller {

class Backoff {
 public:
  Backoff(std::int64_t min_ms, std::int64_t max_ms)
      : min_ms_(min_ms), max_ms_(max_ms), next_ms_(min_ms), random_(std::random_device{}()) {}

  [[nodiscard]] std::chrono::milliseconds next() {
    const std::int64_t whole = next_ms_;
    next_ms_ = std::min(next_ms_ * 2, max_ms_);
    const auto half = static_cast<std::uint64_t>(whole / 2);
    return std::chrono::milliseconds(whole - static_cast<std::int64_t>(random_.between(0, half)));
  }
  void reset() { next_ms_ = min_ms_; }

 private:
  const std::int64_t min_ms_;
  const std::int64_t max_ms_;
  std::int64_t next_ms_;
  Random random_;
};

}  // namespace quorate::controller
