#include "raft/server/ticker.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr std::int64_t kTick = 10;

TEST_CASE("no tick is due before its time", "[server][ticker]") {
  Ticker ticker(1000, kTick, /*late_ticks_max=*/3);
  CHECK(ticker.take(1009).ticks == 0);
  CHECK(ticker.until_next_ns(1009) == 1);
  CHECK(ticker.take(1010).ticks == 1);
  CHECK(ticker.take(1010).ticks == 0);
}

TEST_CASE("a tick that comes a little late does not delay the next ones", "[server][ticker]") {
  Ticker ticker(0, kTick, 3);
  CHECK(ticker.take(14).ticks == 1);
  CHECK(ticker.until_next_ns(14) == 6);
  CHECK(ticker.take(20).ticks == 1);
}

TEST_CASE("a few missed ticks are made up for", "[server][ticker]") {
  Ticker ticker(0, kTick, 3);
  const Ticker::Due due = ticker.take(35);
  CHECK(due.ticks == 3);
  CHECK(due.forgotten == 0);
  CHECK(ticker.until_next_ns(35) == 5);
}

TEST_CASE("a long pause counts as a bounded number of ticks", "[server][ticker][P36]") {
  Ticker ticker(0, kTick, 3);
  const Ticker::Due due = ticker.take(1'000'005);
  CHECK(due.ticks == 3);
  CHECK(due.forgotten == 100'000 - 3);
  CHECK(ticker.until_next_ns(1'000'005) == kTick);
  CHECK(ticker.take(1'000'014).ticks == 0);
  CHECK(ticker.take(1'000'015).ticks == 1);
}

TEST_CASE("over any time without pauses as many ticks pass as fit", "[server][ticker]") {
  Ticker ticker(0, kTick, 3);
  std::uint64_t ticks = 0;
  for (std::int64_t now = 0; now <= 10'000; now += 7)
    ticks += ticker.take(now).ticks;
  CHECK(ticks == 9996 / 10);
}

TEST_CASE("ticks that nobody waited for come before what came meanwhile", "[server][ticker]") {
  Ticker ticker(0, kTick, 3);
  CHECK(ticker.until_next_ns(0, /*quiet=*/5) == 60);
  const Ticker::Due early = ticker.take(35, 5);
  CHECK(early.quiet == 3);
  CHECK(early.ticks == 0);
  const Ticker::Due due = ticker.take(64, 2);
  CHECK(due.quiet == 2);
  CHECK(due.ticks == 1);
  CHECK(due.forgotten == 0);
}

TEST_CASE("a pause counts for no more than was not waited for and a few ticks",
          "[server][ticker][P36]") {
  Ticker ticker(0, kTick, 3);
  const Ticker::Due due = ticker.take(1'000'005, 5);
  CHECK(due.all() == 5 + 3);
  CHECK(due.forgotten == 100'000 - 8);
  CHECK(ticker.until_next_ns(1'000'005) == kTick);
}

TEST_CASE("a clock that has run for two centuries ticks as on its first day",
          "[server][ticker][P36]") {
  constexpr std::int64_t kTenMs = 10'000'000;
  constexpr std::int64_t kTwoCenturies = std::int64_t{200} * 365 * 24 * 3600 * 1'000'000'000;
  Ticker ticker(kTwoCenturies, kTenMs, 3);
  CHECK(ticker.take(kTwoCenturies + kTenMs - 1).ticks == 0);
  CHECK(ticker.take(kTwoCenturies + kTenMs).ticks == 1);
  CHECK(ticker.take(kTwoCenturies + 3 * kTenMs).ticks == 2);
}

}  // namespace
}  // namespace quorate::raft
