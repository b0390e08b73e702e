// Random wishes of operators about brokers, for random runs.
//
// Owner and thread: one test.
#pragma once

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

class RandomOperators {
 public:
  RandomOperators(Random& random, Cluster& cluster, NaiveModel& model)
      : random_(random), cluster_(cluster), model_(model) {}

  // Cordons go more often than they come, so that most brokers take replicas most of the time.
  void wish() {
    const int id = static_cast<int>(random_.below(6));
    const bool is_on = random_.chance(1, 3);
    const auto cordon = is_on ? NaiveModel::Cordon::kOn : NaiveModel::Cordon::kOff;
    const AlterBroker command{id, is_on ? BrokerAction::kCordon : BrokerAction::kUncordon};
    CHECK(cluster_.decide(command).answer.error == model_.cordon(id, cordon));
  }

 private:
  Random& random_;
  Cluster& cluster_;
  NaiveModel& model_;
};

}  // namespace quorate::controller::testing
