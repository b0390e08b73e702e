// Ticker: turns readings of a clock into core ticks.
//
// A tick that comes a little late is made up for, so that the rate stays true. A long gap (the
// process was stopped, the machine stalled) is not: nobody could have been heard during it, and
// counting it as missed heartbeats would only start an election. At most `late_ticks_max` ticks
// follow one gap, the rest is forgotten, and the schedule starts anew. Ticks that nobody waited for
// are no gap.
//
// Owner: RaftLoop. Thread: the raft thread. Reads no clock itself.
#pragma once

#include <cstdint>

namespace quorate::raft {

class Ticker {
 public:
  // Both must be positive.
  Ticker(std::int64_t now_ns, std::int64_t tick_ns, std::uint32_t late_ticks_max);

  struct Due {
    std::uint32_t quiet = 0;      // to be given to the core before what it was sent meanwhile
    std::uint32_t ticks = 0;      // to be given behind that
    std::uint64_t forgotten = 0;  // passed, but not to be counted
    [[nodiscard]] std::uint32_t all() const { return quiet + ticks; }
  };
  // What has become due since the last call, after which nobody waited for the first `quiet` ticks.
  Due take(std::int64_t now_ns, std::uint32_t quiet = 0);

  // How long from `now_ns` until take() has something behind `quiet` ticks; 0 when it has.
  [[nodiscard]] std::int64_t until_next_ns(std::int64_t now_ns, std::uint32_t quiet = 0) const;

 private:
  std::int64_t next_ns_;  // when the next tick is due
  std::int64_t tick_ns_;
  std::uint32_t late_ticks_max_;
};

}  // namespace quorate::raft
