// A seeded generator (splitmix64): the same seed gives the same numbers on every platform.
//
// The pure engines draw from one that is handed to them, never from a device or a global.
// Owner: whoever holds it. Thread: that one's.
// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
#pragma once

#include <cstdint>

#include "raft/base/check.h"

namespace quorate {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // Uniform over all 64-bit values.
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31U);
  }

  // Uniform over [0, bound); bound must be positive.
  std::uint64_t below(std::uint64_t bound) {
    QUORATE_CHECK(bound > 0);
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64U);
  }

  // Uniform over [low, high], both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    QUORATE_CHECK(low <= high);
    return low + below(high - low + 1);
  }

  // True with probability numerator / denominator.
  bool chance(std::uint64_t numerator, std::uint64_t denominator) {
    return below(denominator) < numerator;
  }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(state_);
  }

  // An independent stream, for a part that draws in its own order.
  [[nodiscard]] Random split() { return Random(next()); }

 private:
  __extension__ using Wide = unsigned __int128;

  std::uint64_t state_;
};

}  // namespace quorate
