#include "tests/raft/core/led_groups.h"

#include "raft/base/check.h"

namespace quorate::raft::testing {

ReplicaGroup led_by_1(std::uint64_t count) {
  ReplicaGroup group(count);
  group.elect(1);
  group.tick(2);
  return group;
}

ReplicaGroup with_learners_4_and_5() {
  ReplicaGroup group(3);
  group.elect(1);
  group.add_blank(replica(4));
  group.add_blank(replica(5));
  group[1]->change_membership({.token = 1, .add_learners = {replica(4), replica(5)}});
  group.tick(2);
  return group;
}

void begin_joint(ReplicaGroup& group) {
  group[1]->change_membership(
      {.token = 2, .add_voters = {replica(4), replica(5)}, .remove = {replica(2), replica(3)}});
  group[1].drain();
  QUORATE_CHECK(group[1]->status().membership.is_joint());
}

}  // namespace quorate::raft::testing
