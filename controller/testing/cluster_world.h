// What the parts of one simulated cluster share.
//
// Thread: one. Owner: ClusterSimulation.
#pragma once

#include <cstdint>
#include <string>

#include "controller/testing/cluster_checker.h"
#include "controller/testing/cluster_options.h"
#include "controller/testing/planted_fault.h"
#include "controller/testing/sim_wire.h"
#include "raft/testing/event_heap.h"
#include "raft/testing/trace.h"

namespace quorate::controller::testing {

struct ClusterWorld {
  const ClusterOptions& options;
  PlantedFault planted;
  raft::testing::EventHeap& heap;
  raft::testing::Trace& trace;
  SimWire& wire;
  ClusterChecker& checker;
  std::uint64_t tokens = 0;  // of proposals; unique in the whole run
  std::uint64_t ids = 0;     // of topics, incarnations, entries, requests

  template <typename Write>
  void note(const Write& write) {
    trace.line(heap.now(), write);
  }
};

}  // namespace quorate::controller::testing
