// Quorums as the safety checker counts them: by hand, sharing no code with the core's.
//
// Thread: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "raft/core/membership.h"

namespace quorate::raft::testing {

template <typename Holds>
[[nodiscard]] std::size_t count_of(const std::vector<ReplicaId>& half, Holds holds) {
  return static_cast<std::size_t>(std::count_if(half.begin(), half.end(), holds));
}

template <typename Holds>
[[nodiscard]] bool has_majority(const std::vector<ReplicaId>& half, Holds holds) {
  return 2 * count_of(half, holds) > half.size();
}

// A majority of the voters and, while joint, also one of the outgoing voters.
template <typename Holds>
[[nodiscard]] bool has_both_majorities(const Membership& membership, Holds holds) {
  return has_majority(membership.voters, holds) &&
         (membership.outgoing.empty() || has_majority(membership.outgoing, holds));
}

}  // namespace quorate::raft::testing
