#include "raft/server/throttle.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST_CASE("pieces pass at the bound and no faster", "[server][throttle]") {
  Throttle throttle(1000);
  std::int64_t now = 5 * kSecond;
  std::uint64_t passed = 0;
  while (now < 15 * kSecond) {
    if (throttle.wait_ns(now) == 0) {
      throttle.on_passed(250, now);
      passed += 250;
    }
    now += kSecond / 100;
  }
  CHECK(passed >= 9'750);
  CHECK(passed <= 10'250);
}

TEST_CASE("time that went unused is not saved up", "[server][throttle]") {
  Throttle throttle(1000);
  throttle.on_passed(1000, 0);
  CHECK(throttle.wait_ns(0) == kSecond);
  CHECK(throttle.wait_ns(100 * kSecond) == 0);
  throttle.on_passed(1000, 100 * kSecond);
  CHECK(throttle.wait_ns(100 * kSecond) == kSecond);
}

TEST_CASE("without a bound nothing waits", "[server][throttle]") {
  Throttle throttle(0);
  throttle.on_passed(1U << 30U, 0);
  CHECK(throttle.wait_ns(0) == 0);
}

}  // namespace
}  // namespace quorate::raft
