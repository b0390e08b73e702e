// Random wishes of operators about brokers and features, for random runs.
//
// Owner and thread: one test.
#pragma once

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_model.h"
#include "tests/controller/control/survivors.h"

namespace quorate::controller::testing {

class RandomOperators {
 public:
  RandomOperators(Random& random, Cluster& cluster, NaiveModel& model, Survivors& survivors)
      : random_(random), cluster_(cluster), model_(model), survivors_(survivors) {}

  // What is wanted goes more often than it comes, so that most brokers are free most of the time.
  void wish() {
    const int id = static_cast<int>(random_.below(6));
    const bool is_on = random_.chance(1, 3);
    if (random_.chance(1, 2)) return is_on ? drain(id) : resume(id);
    const auto cordon = is_on ? NaiveModel::Cordon::kOn : NaiveModel::Cordon::kOff;
    const AlterBroker command{id, is_on ? BrokerAction::kCordon : BrokerAction::kUncordon};
    CHECK(cluster_.decide(command).answer.error == model_.cordon(id, cordon));
  }

  void update_feature() {
    FeatureUpdate update;
    update.name = kEligibleLeadersFeature;
    update.level = static_cast<std::int32_t>(random_.below(5)) / 2;
    const bool is_down = random_.chance(update.level == 0 ? 4 : 1, 5);
    if (is_down) update.change = FeatureChange::kSafeDowngrade;
    const auto answer = cluster_.decide(UpdateFeatures{{update}}).answer;
    INFO(answer.error_message);
    CHECK(answer.error ==
          model_.update_feature(update.level,
                                is_down ? NaiveModel::Way::kDown : NaiveModel::Way::kUp));
    if (!model_.keeps_eligible) survivors_.forget_all();
  }

  [[nodiscard]] int drained() const { return drained_; }
  [[nodiscard]] int refused() const { return refused_; }

 private:
  void drain(int id) {
    const bool is_forced = random_.chance(1, 2);
    const auto force = is_forced ? NaiveModel::Force::kYes : NaiveModel::Force::kNo;
    const AlterBroker command{
        id, BrokerAction::kDrain, is_forced ? Guard::kOverridden : Guard::kHeld};
    const int error = cluster_.decide(command).answer.error;
    CHECK(error == model_.drain(id, force));
    drained_ += error == 0 ? 1 : 0;
    refused_ += error == v1::POLICY_VIOLATION ? 1 : 0;
  }
  // One that is in maintenance, if there is one.
  void resume(int id) {
    for (const auto& [other, broker] : model_.brokers)
      id = broker.maintenance ? other : id;
    const AlterBroker command{id, BrokerAction::kResume};
    CHECK(cluster_.decide(command).answer.error == model_.resume(id));
  }

  int drained_ = 0;
  int refused_ = 0;
  Random& random_;
  Cluster& cluster_;
  NaiveModel& model_;
  Survivors& survivors_;
};

}  // namespace quorate::controller::testing
