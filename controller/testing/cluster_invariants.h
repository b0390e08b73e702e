// What the cluster simulation checks beside Raft's own invariants, one line of text each.
//
// Thread: values. Source: docs/testing.md, section "The cluster simulator".
#pragma once

#include <span>
#include <string>

#include "raft/testing/invariants.h"
#include "raft/testing/safety_checker.h"

namespace quorate::controller::testing {

[[nodiscard]] std::span<const raft::testing::Invariant> cluster_invariants();
// "C8 (broker epochs ...): <evidence>"; Raft's own too.
[[nodiscard]] std::string describe(const raft::testing::Violation& violation);

}  // namespace quorate::controller::testing
