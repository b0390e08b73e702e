// How long to wait before the next attempt: none at first, then doubling, less some jitter.
//
// Owner: whoever retries. Thread: that one's. No clock: times are handed in and out.
#pragma once

#include <algorithm>
#include <cstdint>

#include "raft/base/random.h"

namespace quorate::raft {

class Backoff {
 public:
  // Times in nanoseconds; 0 < min <= max.
  Backoff(std::int64_t min_ns, std::int64_t max_ns, Random random)
      : min_ns_(min_ns), max_ns_(max_ns), random_(random) {}

  // The wait before the next attempt: 0, then min, 2 min, ... max; each less up to half of it.
  [[nodiscard]] std::int64_t next_ns() {
    if (wait_ns_ == 0) {
      wait_ns_ = min_ns_;
      return 0;
    }
    const std::int64_t wait = wait_ns_;
    wait_ns_ = std::min(max_ns_, wait_ns_ * 2);
    return wait -
           static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(wait / 2 + 1)));
  }
  // An attempt succeeded: the next one is at once again.
  void reset() { wait_ns_ = 0; }

 private:
  std::int64_t min_ns_;
  std::int64_t max_ns_;
  std::int64_t wait_ns_ = 0;
  Random random_;
};

}  // namespace quorate::raft
