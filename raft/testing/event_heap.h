// What happens next in a simulation: actions ordered by (time, a tie drawn from the seed), so that
// things due at the same moment happen in another order under another seed.
//
// Owner: Simulation. Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "raft/base/random.h"
#include "raft/testing/sim_time.h"

namespace quorate::raft::testing {

class EventHeap {
 public:
  using Action = std::function<void()>;

  explicit EventHeap(Random random) : random_(random) {}

  [[nodiscard]] SimTime now() const { return now_; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::uint64_t events_run() const { return events_run_; }

  void after(SimTime delay, Action action);
  // Advances the time to the earliest action and runs it. Requires !empty().
  void run_next();

 private:
  // Small, for the heap moves them about; the actions stay where they are.
  struct Item {
    SimTime at = 0;
    std::uint64_t tie = 0;
    std::uint64_t order = 0;  // decides between equal ties
    std::size_t slot = 0;     // of the action
  };
  static bool later(const Item& a, const Item& b);

  Random random_;
  SimTime now_ = 0;
  std::uint64_t scheduled_ = 0;
  std::uint64_t events_run_ = 0;
  std::vector<Item> heap_;
  std::vector<Action> actions_;
  std::vector<std::size_t> free_slots_;
};

}  // namespace quorate::raft::testing
