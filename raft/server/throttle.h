// Throttle: how many bytes may pass per second.
//
// What passes is paid for afterwards: one piece of any size may pass at once, the next when the
// time that the bound gives it is over. Owner and thread: whoever asks.
#pragma once

#include <algorithm>
#include <cstdint>

namespace quorate::raft {

class Throttle {
 public:
  // 0: no bound.
  explicit Throttle(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  // How long the next piece has to wait.
  [[nodiscard]] std::int64_t wait_ns(std::int64_t now_ns) const {
    return std::max<std::int64_t>(free_at_ns_ - now_ns, 0);
  }
  void on_passed(std::uint64_t bytes, std::int64_t now_ns) {
    if (bytes_per_second_ == 0) return;
    const double seconds = static_cast<double>(bytes) / static_cast<double>(bytes_per_second_);
    free_at_ns_ = std::max(free_at_ns_, now_ns) + static_cast<std::int64_t>(seconds * 1e9);
  }

 private:
  std::uint64_t bytes_per_second_;
  std::int64_t free_at_ns_ = 0;
};

}  // namespace quorate::raft
