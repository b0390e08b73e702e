// The state machine of a simulated replica, as SimReplica needs it: what raft/server asks of one,
// and what a crash leaves of it.
//
// Owner: SimReplica (it outlives the process). Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "raft/server/state_machine.h"

namespace quorate::raft::testing {

class SimMachine : public StateMachine {
 public:
  using StateMachine::apply;
  // The next entry. Not ok: the server would stop.
  virtual Status apply(const Entry& entry) = 0;

  [[nodiscard]] virtual Index applied() const = 0;
  // Equal states behind the same entries, equal hashes.
  [[nodiscard]] virtual std::uint64_t hash() const = 0;

  // The oldest index that a crash can take it back to.
  [[nodiscard]] virtual Index oldest() const = 0;
  // Requires oldest() <= index <= applied().
  virtual void take_back_to(Index index) = 0;
  // The process ends and nothing is left; as if it had never been.
  virtual void lose() = 0;
};

// Called once for each replica, when the simulation is put together.
using SimMachineMaker = std::function<std::unique_ptr<SimMachine>(NodeId node)>;

}  // namespace quorate::raft::testing
