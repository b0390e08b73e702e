#include "raft/host/spread.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

TEST_CASE("the ticks of ten thousand groups are spread over a tick", "[host][spread][P111]") {
  constexpr std::int64_t kTickNs = 10'000'000;
  std::array<int, 100> slots{};
  for (std::uint64_t id = 1; id <= 10'000; ++id) {
    const std::int64_t phase = tick_phase_ns(GroupId{id}, kTickNs);
    REQUIRE(phase >= 0);
    REQUIRE(phase < kTickNs);
    ++slots[static_cast<std::size_t>(phase / (kTickNs / 100))];
  }
  CHECK(*std::max_element(slots.begin(), slots.end()) < 150);
  CHECK(*std::min_element(slots.begin(), slots.end()) > 50);
}

TEST_CASE("groups are spread over the apply threads", "[host][spread]") {
  std::array<int, 4> threads{};
  for (std::uint64_t id = 1; id <= 1000; ++id)
    ++threads[apply_thread_of(GroupId{id}, threads.size())];
  CHECK(*std::max_element(threads.begin(), threads.end()) < 300);
  CHECK(*std::min_element(threads.begin(), threads.end()) > 200);
}

}  // namespace
}  // namespace quorate::raft
