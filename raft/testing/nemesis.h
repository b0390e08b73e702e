// The nemesis: makes the drawn faults happen, each at its own drawn rhythm, and sees to it that
// what is down is started again.
//
// Owner: Simulation. Thread: one. Source: fault catalogue of docs/testing.md.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "raft/testing/sim_clients.h"

namespace quorate::raft::testing {

class Nemesis {
 public:
  Nemesis(SimWorld& world, Random random, SimReplicas& replicas);

  void start();
  // Begins no further fault, mends the network and starts or wakes every replica.
  void heal();

 private:
  // Runs `fault` again and again, `mean` apart; 0: never.
  void every(SimTime mean, std::function<void()> fault);
  void note(std::string_view what, NodeId node);
  SimReplica& any();
  SimReplica* leader();
  SimReplica& leader_or_any();

  void supervise();
  void restart(SimReplica& replica, SimTime down);
  void crash(SimReplica& replica);
  void crash_all();
  void pause(SimReplica& replica);
  void drift();
  void tell_peers(const SimReplica& lost, PeerLoss loss);
  void false_hint();
  void replay();
  void send_foreign();

  void cut();
  void make_cut(CutShape shape);
  void isolate(std::uint64_t node);
  void split();
  void cut_bridge();
  void cut_chain();
  void cut_one_way();
  void flap(std::uint64_t a, std::uint64_t b, int times);

  SimWorld& world_;
  Random random_;
  SimReplicas& replicas_;
  std::vector<bool> restarting_;
  bool is_over_ = false;
};

}  // namespace quorate::raft::testing
