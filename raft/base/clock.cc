#include "raft/base/clock.h"

#include <chrono>
#include <ctime>

namespace quorate {
namespace {

class SystemClock final : public Clock {
 public:
  std::int64_t monotonic_ns() const override {
#ifdef CLOCK_BOOTTIME
    std::timespec now{};
    if (::clock_gettime(CLOCK_BOOTTIME, &now) == 0) {
      return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
    }
#endif
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  std::int64_t wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace quorate
