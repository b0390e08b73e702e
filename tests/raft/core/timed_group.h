// TimedGroup: a ReplicaGroup whose replicas have clocks, each at a rate of its own.
//
// Owner and thread: the test.
#pragma once

#include <cstdint>
#include <map>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {

inline constexpr ClockTime kMs = 1'000'000;  // nanoseconds
inline constexpr ClockTime kTickNs = 10 * kMs;
inline constexpr std::uint64_t kLeaseNs = 80 * kMs;  // eight of ten ticks of an election timeout
inline constexpr std::uint32_t kDriftPpm = 100'000;

[[nodiscard]] inline Options leasing(std::uint64_t node) {
  Options options = options_for(node);
  options.lease_ns = kLeaseNs;
  options.clock_drift_ppm = kDriftPpm;
  return options;
}

struct TimedGroup {
  // Voters whose clocks begin far from each other.
  explicit TimedGroup(std::uint64_t count) {
    for (std::uint64_t node = 1; node <= count; ++node) {
      group.add(node, leasing(node), recovered_with(voters(count), {}, 0));
      clocks[node] = node * 1'000'000 * kMs;
    }
  }

  Node& operator[](std::uint64_t node) { return group[node]; }

  // `ns` of true time, without a tick.
  void advance(std::uint64_t ns) {
    for (auto& [node, clock] : clocks) {
      const std::uint64_t ppm = rates.contains(node) ? rates[node] : 1'000'000;
      clock += ns * ppm / 1'000'000;
      if (group[node].is_running()) group[node]->advance_clock(clock);
    }
  }
  void pass(std::uint64_t ticks) {
    for (std::uint64_t i = 0; i < ticks; ++i) {
      advance(kTickNs);
      group.tick(1);
    }
  }
  // Replica 1 leads, has committed, and nobody is bound to anybody else.
  void elect_first() {
    advance(0);
    advance(kLeaseNs * 2);
    group.elect(1);
    group.settle();
  }

  // Whether a lease read at `node` is answered at once, without a word to anybody.
  bool reads_alone(std::uint64_t node) {
    Node& asked = group[node];
    asked.reads.clear();
    asked->read(77, ReadMode::kLease);
    asked.drain();
    return asked.reads.size() == 1 && asked.reads.front().status.is_ok() &&
           asked.reads.front().by == ReadMode::kLease;
  }

  ReplicaGroup group;
  std::map<std::uint64_t, ClockTime> clocks;
  std::map<std::uint64_t, std::uint64_t> rates;  // in millionths of true time
};

}  // namespace quorate::raft::testing
