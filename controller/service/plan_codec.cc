#include "controller/service/plan_codec.h"

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

void write_state(const Partition& partition, v1::PartitionState& wire) {
  wire.set_leader(partition.leader);
  write_broker_list(partition.replicas, *wire.mutable_replicas());
  write_broker_list(partition.isr, *wire.mutable_isr());
  write_broker_list(partition.eligible(), *wire.mutable_eligible_leaders());
}

// The records without what nobody may read back.
v1::RecordBatch shown(const v1::RecordBatch& batch) {
  v1::RecordBatch copy = batch;
  for (v1::Record& record : *copy.mutable_records()) {
    if (!record.has_user_scram_credential()) continue;
    v1::UserScramCredential& credential = *record.mutable_user_scram_credential();
    credential.clear_salt();
    credential.clear_stored_key();
    credential.clear_server_key();
  }
  return copy;
}

}  // namespace

void write_effects(const Effects& effects, v1::Effects& wire) {
  wire.set_topics_created(effects.topics_created);
  wire.set_topics_removed(effects.topics_removed);
  wire.set_partitions_changed(effects.partitions_changed);
  wire.set_leaders_moved(effects.leaders_moved);
  wire.set_leaders_lost(effects.leaders_lost);
  wire.set_leaders_found(effects.leaders_found);
  wire.set_below_min_isr(effects.below_min_isr);
  wire.set_replicas_added(effects.replicas_added);
  wire.set_replicas_removed(effects.replicas_removed);
  for (const PartitionEffect& effect : effects.partitions) {
    v1::PartitionEffect& to = *wire.add_partitions();
    to.set_topic(effect.topic);
    to.set_partition(effect.partition);
    if (effect.before) write_state(*effect.before, *to.mutable_before());
    write_state(effect.after, *to.mutable_after());
  }
}

void write_plan(const Plan& plan, v1::Plan& wire) {
  QUORATE_CHECK(plan.batch != nullptr);
  wire.set_base_offset(plan.batch->base_offset());
  QUORATE_CHECK(shown(*plan.batch).SerializeToString(wire.mutable_batch()));
  write_effects(plan.effects, *wire.mutable_effects());
  for (const TraceStep& step : plan.trace.steps()) {
    v1::PlanStep& to = *wire.add_steps();
    to.set_rule(step.rule);
    to.set_text(step.text);
  }
}

}  // namespace quorate::controller
