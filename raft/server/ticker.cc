#include "raft/server/ticker.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::raft {

Ticker::Ticker(std::int64_t now_ns, std::int64_t tick_ns, std::uint32_t late_ticks_max)
    : next_ns_(now_ns + tick_ns), tick_ns_(tick_ns), late_ticks_max_(late_ticks_max) {
  QUORATE_CHECK(tick_ns > 0);
  QUORATE_CHECK(late_ticks_max > 0);
}

Ticker::Due Ticker::take(std::int64_t now_ns, std::uint32_t quiet) {
  if (now_ns < next_ns_) return {};
  const auto passed = static_cast<std::uint64_t>((now_ns - next_ns_) / tick_ns_) + 1;
  const std::uint64_t most = std::uint64_t{quiet} + late_ticks_max_;
  const auto ticks = static_cast<std::uint32_t>(std::min(passed, most));
  if (passed > most) {
    next_ns_ = now_ns + tick_ns_;
  } else {
    next_ns_ += static_cast<std::int64_t>(passed) * tick_ns_;
  }
  const std::uint32_t before = std::min(ticks, quiet);
  return {.quiet = before, .ticks = ticks - before, .forgotten = passed - ticks};
}

std::int64_t Ticker::until_next_ns(std::int64_t now_ns, std::uint32_t quiet) const {
  return std::max<std::int64_t>(next_ns_ + quiet * tick_ns_ - now_ns, 0);
}

}  // namespace quorate::raft
