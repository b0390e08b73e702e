// GroupRest: when one group rests.
//
//   leader     awake --(idle long enough, heartbeats leave: orders with them)--> asking
//              asking --(every follower rests)--> resting
//   follower   awake --(order that fits to the letter)--> resting
//   both       resting --(anything enters the inbox)--> awake
//
// Invariants:
//   I1  a follower rests only for the leader of its term, with all of the leader's log, committed
//       and applied, and in the epoch in which the leader's node is now (node_watch.h)
//   I2  a leader rests only when everyone has said so since its last heartbeats left: whoever hears
//       a heartbeat is awake again
//   I3  a leader that has sent an order and leads no more breaks its node's promise
//
// A leader without followers rests when it is idle.
//
// Safety never rests on this: to the core a group that rests is a process that stands still.
// Pure. Owner: HostedGroup. Thread: the host's raft thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "raft/core/types.h"
#include "raft/host/node_watch.h"
#include "raft/host/outbox.h"
#include "raft/server/rest_gate.h"

namespace quorate::raft {

// What has to be known of the core.
struct RestView {
  bool can_rest = false;
  std::optional<ReplicaId> leader;
  LogId last;
  std::vector<ReplicaId> peers;  // of a leader
};

class GroupRest {
 public:
  struct Limits {
    // So long without a request before a leader asks; 0: it never does.
    std::uint64_t idle_ticks = 0;
  };
  GroupRest(GroupId group, Limits limits) : group_(group), limits_(limits) {}

  struct Turn {
    const TurnFacts& facts;
    Role role = Role::kFollower;
    Term term;
    // Looks at the core; called only when something is to be decided.
    const std::function<RestView()>& look;
  };
  [[nodiscard]] Rest end_turn(const Turn& turn, NodeWatch& watch, Outbox& outbox);
  // The group ends here.
  void end(NodeWatch& watch);

  [[nodiscard]] bool is_resting() const { return is_resting_; }

 private:
  struct Asking {
    Term term;
    LogId last;
    std::uint64_t number = 0;
    std::set<ReplicaId> missing;
  };
  void ask(const Turn& turn, Outbox& outbox);
  [[nodiscard]] bool is_time_to_look(std::uint32_t ticks) const;
  void take_answers(const Turn& turn, const NodeWatch& watch);
  void lead(const Turn& turn, NodeWatch& watch, Outbox& outbox);
  void follow(const Turn& turn, NodeWatch& watch, Outbox& outbox);

  const GroupId group_;
  const Limits limits_;
  bool is_resting_ = false;
  std::uint64_t idle_ticks_ = 0;   // without a request
  std::uint64_t last_number_ = 0;  // of orders
  std::optional<Asking> asking_;
  std::optional<Term> promised_;  // others may rest because we lead this term
};

}  // namespace quorate::raft
