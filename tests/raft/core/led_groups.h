// Groups that replica 1 leads, ready for a change of their membership.
#pragma once

#include <cstdint>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {

// Replica 1 leads `count` voters; its term's entry is committed everywhere.
[[nodiscard]] ReplicaGroup led_by_1(std::uint64_t count);
// Replica 1 leads voters 1, 2, 3; replicas 4 and 5 listen and have caught up.
[[nodiscard]] ReplicaGroup with_learners_4_and_5();
// Asks the leader 1 to go from voters 1, 2, 3 to 1, 4, 5; the joint entry is in its log alone.
void begin_joint(ReplicaGroup& group);

}  // namespace quorate::raft::testing
