// What happens to brokers and their wires: processes end in every way and are started again, cuts
// come and go, old requests arrive once more.
//
// The controllers have a nemesis of their own (raft/testing/nemesis.h).
// Owner: ClusterSimulation. Thread: one.
#pragma once

#include <functional>
#include <vector>

#include "controller/testing/sim_broker.h"

namespace quorate::controller::testing {

class BrokerNemesis {
 public:
  BrokerNemesis(ClusterWorld& world, SimQuorum& quorum, SimBrokers& brokers, Random random)
      : world_(world), quorum_(quorum), brokers_(brokers), random_(random) {}

  void start();
  // Begins nothing further, mends the wires and starts every broker.
  void heal();

 private:
  void every(SimTime mean, std::function<void()> fault);
  SimBroker& any() { return *brokers_[random_.below(brokers_.size())]; }
  void stop_one();
  void tell_gone(const SimBroker& broker, std::uint64_t epoch);
  void cut();
  void supervise();

  ClusterWorld& world_;
  SimQuorum& quorum_;
  SimBrokers& brokers_;
  Random random_;
  std::vector<bool> starting_;
  bool is_over_ = false;
};

}  // namespace quorate::controller::testing
