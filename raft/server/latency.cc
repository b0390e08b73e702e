#include "raft/server/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace quorate::raft {
namespace {

constexpr unsigned kFirstShift = 10;  // the first bucket ends at 1023 ns
constexpr unsigned kStepShift = 3;    // log2 of the steps of an octave

// One writer: no need for an atomic addition.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t value) {
  counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

}  // namespace

std::size_t LatencyHistogram::bucket_of(std::int64_t ns) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
  if (value < (1ULL << kFirstShift)) return 0;
  const auto top = static_cast<unsigned>(std::bit_width(value)) - 1;  // >= kFirstShift
  const std::uint64_t step = (value >> (top - kStepShift)) & (kSteps - 1);
  const std::size_t bucket = 1 + (top - kFirstShift) * kSteps + static_cast<std::size_t>(step);
  return std::min(bucket, kBuckets - 1);
}

std::int64_t LatencyHistogram::upper_ns(std::size_t bucket) {
  if (bucket == 0) return (1LL << kFirstShift) - 1;
  const auto octave = static_cast<unsigned>((bucket - 1) / kSteps);
  const auto step = static_cast<std::int64_t>((bucket - 1) % kSteps);
  const unsigned shift = kFirstShift + octave - kStepShift;
  return ((static_cast<std::int64_t>(kSteps) + step + 1) << shift) - 1;
}

void LatencyHistogram::record(std::int64_t ns) {
  add(counts_[bucket_of(ns)], 1);
  add(sum_ns_, static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)));
}

LatencySnapshot LatencyHistogram::snapshot() const {
  LatencySnapshot copy;
  copy.sum_ns = sum_ns_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t count = counts_[i].load(std::memory_order_relaxed);
    if (count == 0) continue;
    copy.count += count;
    copy.buckets.push_back({.upper_ns = upper_ns(i), .count = count});
  }
  return copy;
}

std::int64_t LatencySnapshot::quantile_ns(double q) const {
  if (buckets.empty()) return 0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count)));
  std::uint64_t seen = 0;
  for (const Bucket& bucket : buckets) {
    seen += bucket.count;
    if (seen >= rank) return bucket.upper_ns;
  }
  return buckets.back().upper_ns;
}

}  // namespace quorate::raft
