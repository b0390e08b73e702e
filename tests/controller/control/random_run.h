// Random commands, decided by the product and by the naive model, compared after each one. Each
// batch is replayed by a follower, and now and then all goes on from a snapshot instead.
//
// Owner and thread: one test.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/controller/control/cluster.h"
#include "tests/controller/control/naive_compare.h"
#include "tests/controller/control/random_drawn.h"
#include "tests/controller/control/random_operators.h"
#include "tests/controller/control/random_options.h"
#include "tests/controller/control/random_partitions.h"
#include "tests/controller/control/random_security.h"
#include "tests/controller/control/standby.h"
#include "tests/controller/control/survivors.h"

namespace quorate::controller::testing {

class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed)
      : random_(seed),
        is_stepwise_(seed % 2 == 1),
        cluster_(options_of(seed)),
        security_(seed, cluster_, model_) {
    model_.keeps_eligible = seed % 4 >= 2;
    model_.eligible_in_file = model_.keeps_eligible;
    model_.unclean_in_file = seed % 8 >= 6;
    if (model_.keeps_eligible) model_.configs["broker/"]["min.insync.replicas"] = "1";
    cluster_.tick();
    model_.end = cluster_.committed.end_offset;
  }

  void step() {
    cluster_.ctx.now_ms += random_.below(200);
    cluster_.ctx.seed = random_.next();
    security_.step();
    end_before_ = model_.end;
    if (is_stepwise_) keep_alive();
    switch (random_.below(22)) {
      case 0:
      case 1: register_broker(); break;
      case 2:
      case 3:
      case 4: heartbeat(); break;
      case 5: expire(); break;
      case 6:
      case 7: create(); break;
      case 8: remove(); break;
      case 9:
      case 10: partitions_.alter(); break;
      case 11: unregister(); break;
      case 12: partitions_.elect(); break;
      case 13:
      case 14: partitions_.reassign(); break;
      case 15: partitions_.cancel(); break;
      case 16: partitions_.grow(); break;
      case 17: configure(); break;
      case 18: operators_.update_feature(); break;
      case 19:
      case 20: operators_.wish(); break;
      default: allocate(); break;
    }
    const std::string trace = cluster_.last_trace;
    finish();
    INFO("decided: " << trace);
    compare();
  }

  [[nodiscard]] int close_calls() const { return survivors_.close_calls(); }
  [[nodiscard]] const MoveCounts& moves() const { return partitions_.counts(); }
  [[nodiscard]] const RandomOperators& operators() const { return operators_; }

 private:
  // What takes many batches ends where one would, and its records are more.
  void finish() {
    const bool is_leaving = cluster_.control.unfinished().handover() != nullptr;
    const bool is_cut = is_stepwise_ && is_leaving && random_.chance(1, 4);
    if (is_cut) take_snapshot();
    while (!cluster_.control.unfinished().empty())
      tick();
    if (model_.has_wishes()) go_on_with_wishes();
    if (is_stepwise_) model_.stretch(end_before_, cluster_.committed.end_offset);
    if (is_cut) model_.change_controller();
  }

  // What is wanted of brokers goes on by itself.
  void go_on_with_wishes() {
    ++cluster_.ctx.now_ms;
    while (cluster_.control.sessions().expired_count(cluster_.control.pending()) > 0)
      tick();
    model_.hand_over();
    // A step may look at partitions and find nothing to move.
    for (int idle = 0; idle < (is_stepwise_ ? 48 : 12); ++cluster_.ctx.now_ms) {
      idle = tick() ? 0 : idle + 1;
      operators_.adopt();
    }
    operators_.check_no_idling();
  }

  bool tick() {  // whether it did something
    const TickAnswer answer = cluster_.tick().answer;
    if (answer.fenced != kNoBroker) model_.expire(answer.fenced);
    if (is_stepwise_) REQUIRE(cluster_.last_records.size() <= kStepRecordsMax);
    return !cluster_.last_records.empty();
  }

  // Nothing is fenced while something else is half done; another test is about that.
  void keep_alive() {
    for (const auto& [id, broker] : model_.brokers) {
      if (broker.fenced) continue;
      cluster_.decide(Heartbeat{.broker_id = id, .broker_epoch = broker.epoch});
      last_contact_ms_[id] = cluster_.ctx.now_ms;
    }
  }

  int some_broker() { return static_cast<int>(random_.below(6)); }
  std::string some_topic() {
    static const std::string names[] = {"a", "b.c", "b_c", "d", "e", "..", ""};
    return names[random_.below(7)];
  }
  // Mostly the right one.
  std::uint64_t some_epoch(int id) { return cluster_.epoch(id) + (random_.chance(1, 8) ? 1 : 0); }

  void register_broker() {
    const int id = some_broker();
    RegisterBroker command = cluster_.registration(id);
    command.incarnation.low = random_.between(1, 3);
    command.rack = "r" + std::to_string(id % 3);
    const auto* before = cluster_.control.pending().cluster.find(id);
    if (before != nullptr) command.rack = before->rack;
    const int expected = model_.register_broker(
        id, command.incarnation.low, is_alive(id) ? OldSession::kAlive : OldSession::kOver);
    const bool is_new = before == nullptr || !(before->incarnation == command.incarnation);
    auto answer = cluster_.decide(command).answer;
    if (is_stepwise_ && answer.error != expected) {
      REQUIRE(answer.error == v1::DUPLICATE_BROKER_REGISTRATION);
      while (answer.error == v1::DUPLICATE_BROKER_REGISTRATION) {
        if (before != nullptr) finish();
        answer = cluster_.decide(command).answer;
      }
      model_.brokers[id].epoch = cluster_.epoch(id);
    }
    INFO(cluster_.last_trace);
    CHECK(answer.error == expected);
    if (answer.error == v1::NONE) last_contact_ms_[id] = cluster_.ctx.now_ms;
    if (answer.error == v1::NONE && is_new) survivors_.lose(id);
  }

  void unregister() {
    const int id = some_broker();
    const int expected = random_.chance(1, 2) ? model_.unregister_broker(id) : -1;
    if (expected == -1) return;
    CHECK(cluster_.decide(UnregisterBroker{id}).answer.error == expected);
    last_contact_ms_.erase(id);
    survivors_.lose(id);
  }

  [[nodiscard]] bool is_alive(int id) const {
    constexpr std::uint64_t kSessionMs = 9'000;
    const auto found = last_contact_ms_.find(id);
    return found != last_contact_ms_.end() && cluster_.ctx.now_ms - found->second < kSessionMs;
  }

  void heartbeat() {
    const int id = some_broker();
    Heartbeat command;
    command.broker_id = id;
    command.broker_epoch = some_epoch(id);
    command.metadata_offset = random_.chance(1, 4) ? random_.below(50) : model_.end;
    command.want_fence = random_.chance(1, 8);
    const BrokerRegistration* broker = cluster_.committed.cluster.find(id);
    const bool is_leaving = broker != nullptr && broker->in_controlled_shutdown;
    command.want_shutdown = !command.want_fence && random_.chance(is_leaving ? 4 : 1, 6);
    const Wish calm = command.want_shutdown ? Wish::kShutdown : Wish::kNothing;
    const int expected = model_.heartbeat(id,
                                          command.broker_epoch,
                                          command.metadata_offset,
                                          command.want_fence ? Wish::kFence : calm);
    auto answer = cluster_.decide(command).answer;
    CHECK(answer.error == expected);
    if (is_stepwise_ && model_.should_shutdown && !answer.should_shutdown) {
      finish();
      answer = cluster_.decide(command).answer;
    }
    if (answer.error == v1::NONE) CHECK(answer.should_shutdown == model_.should_shutdown);
    if (answer.error == v1::NONE) last_contact_ms_[id] = cluster_.ctx.now_ms;
  }

  // One broker falls silent until it is fenced; the other unfenced ones are heard of all the time.
  void expire() {
    const int id = some_broker();
    const BrokerRegistration* broker = cluster_.control.pending().cluster.find(id);
    if (broker == nullptr || broker->fenced) return;
    model_.hear_all_but(id);
    cluster_.let_expire(id);
    model_.expire(id);
    for (const auto& [other, state] : model_.brokers) {
      if (!state.fenced) last_contact_ms_[other] = cluster_.ctx.now_ms;
    }
  }

  void create() {
    const std::string name = some_topic();
    const int partitions = static_cast<int>(random_.below(5));
    const int factor = static_cast<int>(random_.below(5));
    NewTopic topic = cluster_.new_topic(name, partitions, factor);
    const bool is_unclean = random_.chance(1, 3);
    if (is_unclean) topic.configs = {{"unclean.leader.election.enable", "true"}};
    const int min_isr = static_cast<int>(random_.below(3));
    if (min_isr > 0) topic.configs.push_back({"min.insync.replicas", std::to_string(min_isr + 1)});
    const auto answer = cluster_.decide(CreateTopics{{topic}}).answer.topics.at(0);
    if (answer.error == v1::NONE) {
      for (const ConfigSetting& setting : topic.configs) {
        model_.configs["topic/" + name][setting.name] = *setting.value;
        ++model_.end;
      }
    }
    std::vector<std::vector<int>> replicas;
    if (answer.error == v1::NONE) {
      for (int i = 0; i < partitions; ++i) {
        replicas.push_back(ints(cluster_.partition(name, i).replicas));
        CHECK(model_.is_good_placement(replicas.back(), factor));
      }
    }
    CHECK(answer.error == model_.create_topic(name, partitions, factor, replicas));
  }

  void remove() {
    std::string name = some_topic();
    if (name.empty()) name = "nobody";
    const auto decision = cluster_.decide(DeleteTopics{{{name, {}}}});
    CHECK(decision.answer.topics.at(0).error == model_.delete_topic(name));
  }

  void configure() {
    const RandomAlter drawn = some_alter(random_, some_topic(), some_broker());
    const auto answer = cluster_.decide(drawn.command).answer.resources.at(0);
    INFO(answer.error_message);
    CHECK(answer.error == (drawn.replaces ? model_.replace_configs(drawn.resource, drawn.settings)
                                          : model_.alter_configs(drawn.resource, drawn.settings)));
    survivors_.forget_others(model_);
  }

  void allocate() {
    const int id = some_broker();
    const std::uint64_t epoch = some_epoch(id);
    const auto answer = cluster_.decide(AllocateProducerIds{id, epoch}).answer;
    CHECK(answer.error == model_.allocate_producer_ids(id, epoch));
    if (answer.error == v1::NONE) CHECK(answer.first + answer.count == model_.next_producer_id);
  }

  void compare() {
    require_equal(cluster_.control.pending(), model_);
    if (model_.keeps_eligible) survivors_.observe(model_);
    if (!random_.chance(1, 25)) return;
    go_on_from_snapshot();
  }

  // From here on a replica decides that has only a snapshot, as another active controller.
  void take_snapshot() {
    const MetadataImage read = standby_.restored(cluster_);
    cluster_.committed = read;
    cluster_.control.reset(read);
    model_.begin_hand_overs_anew();
  }

  void go_on_from_snapshot() {
    end_before_ = model_.end;
    take_snapshot();
    finish();
    model_.change_controller();
  }

  // Two changes, and what goes with the first or the last of them.
  static constexpr std::size_t kStepRecordsMax = 4;

  Random random_;
  const bool is_stepwise_;
  Cluster cluster_;
  NaiveModel model_;
  RandomSecurity security_;
  Survivors survivors_;
  RandomPartitions partitions_{random_, cluster_, model_, survivors_};
  RandomOperators operators_{random_, cluster_, model_, survivors_};
  Standby standby_;
  std::uint64_t end_before_ = 0;  // this step
  std::map<int, std::uint64_t> last_contact_ms_;
};

}  // namespace quorate::controller::testing
