#include "broker-stub/replica/waiters.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

using controller::TopicPartition;

const TopicPartition kFirst{{1, 1}, 0};
const TopicPartition kSecond{{1, 1}, 1};

TEST_CASE("a watch is woken by its partitions until it ends", "[replica][waiters]") {
  Waiters waiters(10);
  int woken = 0;
  {
    const auto watch = waiters.watch({kFirst}, [&] { ++woken; });
    REQUIRE(watch);
    waiters.wake(kFirst);
    waiters.wake(kSecond);
    CHECK(woken == 1);
  }
  waiters.wake(kFirst);
  CHECK(woken == 1);
  CHECK(waiters.size() == 0);
}

TEST_CASE("a full house lets nobody wait", "[replica][waiters]") {
  Waiters waiters(2);
  const auto first = waiters.watch({kFirst, kSecond}, [] {});
  CHECK(first);
  CHECK_FALSE(waiters.watch({kFirst}, [] {}));
}

TEST_CASE("a partition that is named twice is forgotten as a whole", "[replica][waiters]") {
  Waiters waiters(10);
  {
    const auto watch = waiters.watch({kFirst, kFirst}, [] {});
  }
  CHECK(waiters.size() == 0);
  waiters.wake(kFirst);
}

}  // namespace
}  // namespace quorate::broker
