// An active controller and the committed image that its batches make, for tests of decisions.
//
// Each batch is replayed at once onto `committed`, as a follower would; the controller's own
// pending image must be the same by content and hash, and sound by a full scan (PAR-1..PAR-5,
// PAR-13).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch.hpp>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/control/active_controller.h"
#include "controller/image/image.h"

namespace quorate::controller::testing {

inline constexpr Uuid kCluster{0xc1, 0xc2};

[[nodiscard]] ControlOptions with_eligible_leaders();

class Cluster {
 public:
  explicit Cluster(ControlOptions options = {});

  ActiveController control;
  MetadataImage committed;
  RequestContext ctx;  // of the next decision; time stands still unless a test moves it

  // What is decided in earnest is planned first: the plan changes nothing and tells the records.
  template <typename Command>
  auto decide(const Command& command) {
    std::optional<Plan> plan;
    if constexpr (kIsPlanned<Command>) {
      if (ctx.mode == Mode::kCommit) plan = planned(command).plan;
    }
    auto decision = control.decide(command, ctx);
    if (plan) check_plan(*plan, decision.batch.get());
    take(decision.status, decision.batch.get(), decision.wait_offset);
    last_trace = decision.trace.text();
    return decision;
  }
  // What `command` would do now.
  template <typename Command>
  auto planned(const Command& command) {
    RequestContext context = ctx;
    context.mode = Mode::kPlan;
    const std::uint64_t hash = state_hash(control.pending());
    auto decision = control.decide(command, context);
    CHECK(decision.batch == nullptr);
    CHECK(state_hash(control.pending()) == hash);
    return decision;
  }
  Decision<TickAnswer> tick();

  // Registers brokers 0..count-1 (racks "r0".."r<racks-1>" in turn) and unfences them.
  void start_brokers(BrokerId count, int racks = 1);
  RegisterBroker registration(BrokerId id) const;
  // The broker's epoch, or 0.
  [[nodiscard]] std::uint64_t epoch(BrokerId id) const;
  HeartbeatAnswer heartbeat(BrokerId id);
  void heartbeat_all_but(BrokerId silent);
  // Stops hearing of the broker until it is fenced; all others stay.
  void let_expire(BrokerId id);

  CreateTopicAnswer create(const std::string& name, std::int32_t partitions, std::int32_t factor);
  NewTopic new_topic(const std::string& name, std::int32_t partitions, std::int32_t factor);
  [[nodiscard]] const Partition& partition(const std::string& topic, std::int32_t number) const;
  [[nodiscard]] TopicPartition id(const std::string& topic, std::int32_t number) const;
  // A proposal of the present leader, based on the present state.
  AlterPartition proposal(const std::string& topic,
                          std::int32_t number,
                          const std::vector<BrokerId>& isr) const;

  // Records of the last batch, "" when the last decision had none.
  std::vector<v1::Record> last_records;
  std::string last_rule;
  std::string last_trace;
  std::vector<v1::RecordBatch> log;  // all batches, from the first

 private:
  // Brokers and the controller itself ask for these; nobody plans them.
  template <typename Command>
  static constexpr bool kIsPlanned =
      !std::is_same_v<Command, Heartbeat> && !std::is_same_v<Command, BrokerGone> &&
      !std::is_same_v<Command, AppendNoOp>;

  static void check_plan(const Plan& plan, const v1::RecordBatch* batch);
  void take(const Status& status, const v1::RecordBatch* batch, std::uint64_t wait_offset);

  std::uint64_t next_topic_ = 1;
};

}  // namespace quorate::controller::testing
