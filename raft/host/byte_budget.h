// ByteBudget: how many bytes of proposals without an answer a whole node holds, over all its
// groups; a group's own bounds are beside it.
//
// Full is an answer, not a wait. One proposal always fits, however large.
// Thread: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace quorate::raft {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t max) : max_(max) {}

  enum class Entry : std::uint8_t { kAdmitted, kFull };
  [[nodiscard]] Entry enter(std::size_t bytes) {
    const std::size_t before = held_.fetch_add(bytes, std::memory_order_relaxed);
    if (before == 0 || before + bytes <= max_) return Entry::kAdmitted;
    leave(bytes);
    return Entry::kFull;
  }
  void leave(std::size_t bytes) { held_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t held() const { return held_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> held_{0};
};

}  // namespace quorate::raft
