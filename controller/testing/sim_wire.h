// Between brokers, administrators and controllers: what is sent arrives later or never.
//
// The controllers' own messages go through raft/testing/sim_network.h instead.
// Owner: ClusterSimulation. Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <utility>

#include "controller/image/types.h"
#include "controller/testing/cluster_options.h"
#include "raft/core/types.h"
#include "raft/testing/event_heap.h"

namespace quorate::controller::testing {

// Where something runs.
using Place = std::int64_t;
[[nodiscard]] inline Place place_of(BrokerId broker) {
  return broker;
}
[[nodiscard]] inline Place place_of(raft::NodeId controller) {
  return -1 - static_cast<Place>(controller.value);
}
inline constexpr Place kAdministrators = 1'000'000;

class SimWire {
 public:
  SimWire(const BrokerFaults& faults, raft::testing::EventHeap& heap, Random random)
      : faults_(faults), heap_(heap), random_(random) {}

  void send(Place from, Place to, std::function<void()> arrive);

  void cut(Place a, Place b) { cuts_.insert(std::minmax(a, b)); }
  void mend() { cuts_.clear(); }
  [[nodiscard]] bool is_cut(Place a, Place b) const { return cuts_.contains(std::minmax(a, b)); }
  // From now on everything arrives, and soon.
  void heal();

 private:
  BrokerFaults faults_;
  raft::testing::EventHeap& heap_;
  Random random_;
  std::set<std::pair<Place, Place>> cuts_;
};

}  // namespace quorate::controller::testing
