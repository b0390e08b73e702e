// A run in a process of its own, so that a check of the core that ends the process is a violation
// ("ABORT") like any other, and can be shrunk.
//
// Owner: the caller. Thread: one, and no other may run in this process.
#pragma once

#include <functional>

#include "raft/testing/simulation.h"

namespace quorate::raft::testing {

// Of what `run` finds, violation, events, and simulated time come back.
[[nodiscard]] SimVerdict run_apart(const std::function<SimVerdict()>& run);

}  // namespace quorate::raft::testing
