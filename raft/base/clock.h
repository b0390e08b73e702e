// Clock: the only way in which anything of ours learns the time.
//
// The pure engines never see one; loops read it once per turn and pass what they read down.
// Thread: any.
#pragma once

#include <cstdint>

namespace quorate {

inline constexpr std::int64_t kNsPerMs = 1'000'000;

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since an arbitrary start; never goes back; not moved by clock adjustments; goes on
  // while the machine sleeps, where the system can tell.
  [[nodiscard]] virtual std::int64_t monotonic_ns() const = 0;
  // Milliseconds since 1970-01-01 UTC, as the machine believes. For people and records only:
  // nothing is decided by comparing two of them.
  [[nodiscard]] virtual std::int64_t wall_ms() const = 0;
};

// The machine's clocks. Lives for ever.
[[nodiscard]] const Clock& system_clock();

}  // namespace quorate
