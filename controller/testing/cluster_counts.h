// What happened in a simulated cluster, counted.
//
// Thread: a value.
#pragma once

#include <cstdint>

#include "raft/testing/sim_time.h"

namespace quorate::controller::testing {

// What happened, so that a run in which nothing does is seen.
struct ClusterCounts {
  std::uint64_t events = 0;
  std::uint64_t batches = 0;    // committed and not void
  std::uint64_t claims = 0;     // controllers that became active
  std::uint64_t voids = 0;      // batches that were found void
  std::uint64_t snapshots = 0;  // read by a controller
  std::uint64_t acked = 0;      // records
  std::uint64_t given_up = 0;   // acknowledged records that an unclean election may have lost
  std::uint64_t elections = 0;  // of partitions' leaders
  std::uint64_t moves = 0;      // reassignments that ended
  std::uint64_t stops = 0;      // of brokers, clean ones
  raft::testing::SimTime simulated = 0;

  void add(const ClusterCounts& other);
};

}  // namespace quorate::controller::testing
