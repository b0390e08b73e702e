// The administrators of a simulation: they add, remove, demote and promote replicas, alone and
// several at once, replace nodes that lost their disk, and now and then ask for nonsense. Sometimes
// whoever was asked is cut off at that moment.
//
// Nobody coordinates them: what must not be is for the core to refuse. They keep to one rule that
// an operator must keep, too: no disk is lost while a change is under way or where a quorum would
// not be left. Owner: Simulation. Thread: one.
#pragma once

#include <optional>
#include <vector>

#include "raft/testing/sim_clients.h"

namespace quorate::raft::testing {

class SimAdministrators {
 public:
  SimAdministrators(SimWorld& world, Random random, SimReplicas& replicas);

  void start();
  // Asks for nothing more.
  void stop() { is_over_ = true; }

 private:
  void change_again();
  void wipe_again();
  void change();
  void wipe();
  void cut_off(NodeId node);

  [[nodiscard]] SimReplica* leader() const;
  // Whether every log's newest membership is committed and nobody is catching up.
  [[nodiscard]] bool is_settled() const;
  // Whether the leader knows that a lost disk does not answer.
  [[nodiscard]] bool has_noticed(const CoreStatus& status) const;
  [[nodiscard]] std::vector<ReplicaId> lost_members(const Membership& membership) const;
  [[nodiscard]] std::vector<ReplicaId> outsiders(const Membership& membership) const;
  [[nodiscard]] ReplicaId now_at(NodeId node) const { return replicas_[node.value - 1]->id(); }
  std::optional<ReplicaId> draw(const std::vector<ReplicaId>& list);

  MembershipChange draw_change(const Membership& membership);
  void replace_lost(const Membership& membership, MembershipChange& change);
  void draw_step(const Membership& membership, MembershipChange& change);
  void add(const Membership& membership, MembershipChange& change);

  SimWorld& world_;
  Random random_;
  SimReplicas& replicas_;
  ChangeToken tokens_ = 0;
  bool is_over_ = false;

  static constexpr std::size_t kVotersMax = 7;
};

}  // namespace quorate::raft::testing
