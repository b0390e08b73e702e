// Random wishes of operators about brokers and features, for random runs.
//
// Owner and thread: one test.
#pragma once

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_compare.h"
#include "tests/controller/control/naive_model.h"
#include "tests/controller/control/random_options.h"
#include "tests/controller/control/survivors.h"

namespace quorate::controller::testing {

class RandomOperators {
 public:
  RandomOperators(Random& random, Cluster& cluster, NaiveModel& model, Survivors& survivors)
      : random_(random), cluster_(cluster), model_(model), survivors_(survivors) {}

  // What is wanted goes more often than it comes, so that most brokers are free most of the time.
  void wish() {
    const int id = static_cast<int>(random_.below(6));
    const bool is_on = random_.chance(2, 5);
    switch (random_.below(3)) {
      case 0: return is_on ? drain(id) : resume(id);
      case 1: return is_on ? decommission(id) : recommission(id);
      default: break;
    }
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

  // What the product has begun or ended since, because of decommissions.
  void adopt() {
    for (const auto& [name, partitions] : model_.topics) {
      for (std::size_t i = 0; i < partitions.size(); ++i) {
        const Partition& one = cluster_.partition(name, static_cast<std::int32_t>(i));
        if (!one.is_moving() || ints(one.replicas) == partitions[i].replicas) continue;
        INFO(name << "-" << i << " moves to " << to_string(one.target_replicas()) << "\nmodel "
                  << text_of(partitions[i]));
        REQUIRE(model_.adopt_move(name, static_cast<int>(i), ints(one.target_replicas())));
        ++moved_;
      }
    }
    for (int id = 0; id < 6; ++id) {
      const bool is_there = cluster_.control.pending().cluster.find(id) != nullptr;
      if (is_there || !model_.brokers.contains(id)) continue;
      REQUIRE(model_.is_done_with(id));
      CHECK(model_.unregister_broker(id) == 0);
      ++emptied_;
    }
  }
  // All that could be done has been.
  void check_no_idling() {
    CHECK_FALSE(model_.is_idle(kMovesMax));
    for (const auto& [id, broker] : model_.brokers)
      CHECK_FALSE(model_.is_done_with(id));
  }

  [[nodiscard]] int moved() const { return moved_; }
  [[nodiscard]] int emptied() const { return emptied_; }
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

  void decommission(int id) {
    const bool is_forced = random_.chance(1, 2);
    const auto force = is_forced ? NaiveModel::Force::kYes : NaiveModel::Force::kNo;
    const AlterBroker command{
        id, BrokerAction::kDecommission, is_forced ? Guard::kOverridden : Guard::kHeld};
    CHECK(cluster_.decide(command).answer.error == model_.decommission(id, force));
    adopt();
  }
  // One that is decommissioned, if there is one.
  void recommission(int id) {
    for (const auto& [other, broker] : model_.brokers)
      id = broker.decommission ? other : id;
    const AlterBroker command{id, BrokerAction::kRecommission};
    CHECK(cluster_.decide(command).answer.error == model_.recommission(id));
  }

  int moved_ = 0;
  int emptied_ = 0;
  int drained_ = 0;
  int refused_ = 0;
  Random& random_;
  Cluster& cluster_;
  NaiveModel& model_;
  Survivors& survivors_;
};

}  // namespace quorate::controller::testing
