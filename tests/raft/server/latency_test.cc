#include "raft/server/latency.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

TEST_CASE("an empty histogram has quantile zero", "[server][latency]") {
  const LatencySnapshot snapshot = LatencyHistogram().snapshot();
  CHECK(snapshot.count == 0);
  CHECK(snapshot.quantile_ns(0.5) == 0);
}

TEST_CASE("a quantile is never below and at most an eighth above the value", "[server][latency]") {
  for (std::int64_t ns = 1024; ns < 100'000'000'000; ns += ns / 3 + 1) {
    LatencyHistogram histogram;
    histogram.record(ns);
    const std::int64_t found = histogram.snapshot().quantile_ns(0.5);
    REQUIRE(found >= ns);
    REQUIRE(found <= ns + ns / 8);
  }
}

TEST_CASE("quantiles are in the order of the values", "[server][latency]") {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i)
    histogram.record(i * 1'000'000LL);
  const LatencySnapshot snapshot = histogram.snapshot();
  CHECK(snapshot.count == 1000);
  CHECK(snapshot.sum_ns == 500'500'000'000ULL);
  CHECK(snapshot.quantile_ns(0.5) >= 500'000'000);
  CHECK(snapshot.quantile_ns(0.5) <= 563'000'000);
  CHECK(snapshot.quantile_ns(0.99) >= 990'000'000);
  CHECK(snapshot.quantile_ns(1.0) >= 1'000'000'000);
}

TEST_CASE("values outside the range are counted in the outermost buckets", "[server][latency]") {
  LatencyHistogram histogram;
  histogram.record(-5);
  histogram.record(0);
  histogram.record(1'000'000'000'000'000);
  const LatencySnapshot snapshot = histogram.snapshot();
  REQUIRE(snapshot.buckets.size() == 2);
  CHECK(snapshot.buckets[0].count == 2);
  CHECK(snapshot.buckets[1].count == 1);
}

}  // namespace
}  // namespace quorate::raft
