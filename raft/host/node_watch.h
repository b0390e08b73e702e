// NodeWatch: which nodes live, and which resting groups count on each of them.
//
// A group that rests hears nothing of its leader. What keeps it safe to be silent is a promise of
// the leader's node, renewed by every beat of it:
//
//   I1  a beat of life l and epoch e says: of every group that was sent to rest in (l, e), the
//       sender still leads the term in which that was. Whoever stops to (for whatever reason: a
//       new term, a step down, a failure, a removal) breaks the promise: the epoch rises.
//   I2  a group counts on a node only while it was heard lately and is in the very epoch of the
//       order; when the node falls silent, begins a new life, or (for its followers) a new epoch,
//       the group is woken. So a wake-up that is lost on the way is made up for by the next beat.
//   I3  a leader that rests counts on the nodes of its followers alike, for a follower that has
//       lost its memory or is gone must be noticed.
//
// Pure: time is on_interval(), messages are on_beat().
// Owner: Host. Thread: the host's raft thread.
// Source: docs/adr/0010-many-groups.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "raft/core/types.h"
#include "raft/transport/node_beat.h"

namespace quorate::raft {

enum class Reliance : std::uint8_t {
  kItsLeader,   // the group's leader lives there
  kItsFollower  // we lead it, and a follower lives there
};

struct WakeUp {
  enum class Reason : std::uint8_t { kLeaderLost, kPromiseBroken, kFollowerLost };
  GroupId group;
  ReplicaId node;
  Reason reason = Reason::kLeaderLost;
  bool operator==(const WakeUp&) const = default;
};

class NodeWatch {
 public:
  // A node that is not heard for `silent_max` intervals is lost.
  NodeWatch(std::uint64_t life, std::uint32_t silent_max)
      : own_{.life = life}, silent_max_(silent_max) {}

  enum class Heard : std::uint8_t { kFresh, kStale };
  // A beat that is older than one heard before, or the same, is stale: nothing of it counts.
  [[nodiscard]] Heard on_beat(const NodeBeat& beat);
  void on_interval();
  void on_node_lost(NodeId node);

  // `group` rests from now on, and counts on `node`. Requires is_near(node).
  void rely(GroupId group, const ReplicaId& node, Reliance reliance);
  // `group` is awake, or gone.
  void forget(GroupId group);
  [[nodiscard]] bool relies(GroupId group, NodeId node) const;

  // What every beat of ours promises.
  [[nodiscard]] BeatEpoch own() const { return own_; }
  void break_promise() { ++own_.epoch; }

  // Heard lately.
  [[nodiscard]] bool is_near(const ReplicaId& node) const;
  // Heard lately, and `epoch` is its newest.
  [[nodiscard]] bool is_current(const ReplicaId& node, const BeatEpoch& epoch) const;
  // Whoever counts on us as we count on it must hear us.
  [[nodiscard]] std::vector<ReplicaId> relied_on() const;

  // Nodes that fell silent: for the groups that are awake, for none other says so.
  [[nodiscard]] std::vector<ReplicaId> take_lost() { return std::exchange(lost_, {}); }
  // Who has to be woken; each is forgotten here.
  [[nodiscard]] std::vector<WakeUp> take_wake_ups() { return std::exchange(wake_ups_, {}); }

  static constexpr std::size_t kRememberedMax = 4096;

 private:
  struct Node {
    BeatEpoch epoch;
    std::uint64_t number = 0;    // of the newest beat
    std::uint64_t heard_at = 0;  // interval
    bool is_lost = false;        // silent; until it is heard again
    std::map<GroupId, Reliance> groups;
  };

  void wake_all(const ReplicaId& id, Node& node);
  void wake_followers(const ReplicaId& id, Node& node);
  void forget_woken(std::size_t first);

  BeatEpoch own_;
  const std::uint32_t silent_max_;
  std::uint64_t now_ = 0;  // intervals
  std::map<ReplicaId, Node> nodes_;
  std::map<GroupId, std::vector<ReplicaId>> counts_on_;
  std::vector<WakeUp> wake_ups_;
  std::vector<ReplicaId> lost_;
};

}  // namespace quorate::raft
