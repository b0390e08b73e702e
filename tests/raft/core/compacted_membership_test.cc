// Changes of the membership whose entry is compacted before they end.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/raft/core/led_groups.h"

namespace quorate::raft::testing {
namespace {

// Everything that the leader has applied is covered by a snapshot and compacted.
void compact(Node& node) {
  node.take_snapshot("a state");
  node->compact(node->status().applied);
  node.drain();
  REQUIRE(node->status().first == node->status().applied.next());
}

bool leaves_joint(const Message& message) {
  const auto* append = std::get_if<AppendEntries>(&message.body);
  if (append == nullptr) return false;
  return std::any_of(append->entries.begin(), append->entries.end(), [](const Entry& entry) {
    return entry.kind == EntryKind::kMembership &&
           !decode_membership(entry.data.view())->is_joint();
  });
}

TEST_CASE("a change tied to an entry is made after that entry was compacted",
          "[raft][change_membership][compact][P67]") {
  ReplicaGroup group = led_by_1(3);
  group[1]->change_membership({.token = 1, .add_learners = {replica(7)}});
  group.settle();
  const Index entry = group[1]->status().membership_index;
  group[1]->propose({.token = 1, .data = SharedBytes("x")});
  group.settle();
  compact(group[1]);
  CHECK(group[1]->status().membership_index == entry);
  group[1]->change_membership({.token = 2, .remove = {replica(7)}, .expected_index = entry});
  group.settle();
  REQUIRE(group[1].changes.size() == 2);
  CHECK(group[1].changes[1].status.is_ok());
}

TEST_CASE("a change whose joint entry was compacted ends with what it led to",
          "[raft][change_membership][compact][P64]") {
  ReplicaGroup group = led_by_1(3);
  group.lose(leaves_joint);
  group[1]->change_membership({.token = 1, .remove = {replica(3)}});
  group.settle();
  const CoreStatus joint = group[1]->status();
  REQUIRE(joint.membership == voters(2));  // written, known to nobody else
  REQUIRE(joint.commit.next() == joint.membership_index);
  compact(group[1]);
  REQUIRE(group[1].changes.empty());

  group.lose_nothing();
  group.tick(20);
  REQUIRE(group[1].changes.size() == 1);
  CHECK(group[1].changes[0].status.is_ok());
  CHECK(group[1].changes[0].membership == voters(2));
  CHECK(group[1].changes[0].index == joint.membership_index);
}

}  // namespace
}  // namespace quorate::raft::testing
