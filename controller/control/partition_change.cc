#include "controller/control/partition_change.h"

#include <string>
#include <utility>
#include <vector>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

// Under which rule the leader changes.
const char* rule_of(const Partition& before, const PartitionTarget& target) {
  if (target.leader == kNoBroker) return "ELE-6";
  if (target.recovering && !before.recovering) {
    return target.leader == before.last_known_leader() ? "ELE-5" : "ELE-3";
  }
  return before.isr.contains(target.leader) ? "ELE-2" : "ELE-4";
}

// The partition with the target's leader and replicas.
Partition with_target(const Partition& before, const PartitionTarget& target) {
  Partition after = before;
  if (target.assignment.has_value()) {
    after.replicas = target.assignment->replicas;
    after.set_movement(target.assignment->movement);
  }
  after.leader = target.leader;
  after.recovering = target.recovering;
  return after;
}

// `target`, with its reassignment over when that is so by now.
PartitionTarget completed(Draft& draft,
                          const TopicPartition& id,
                          const Partition& before,
                          PartitionTarget target) {
  const bool is_moving =
      target.assignment ? !target.assignment->movement.is_none() : before.is_moving();
  if (!is_moving) return target;
  Partition after = with_target(before, target);
  const BrokerList wanted = after.target_replicas();
  if (!target.isr.includes(wanted)) return target;
  std::vector<BrokerId> isr;
  for (const BrokerId member : target.isr) {
    if (wanted.contains(member)) isr.push_back(member);
  }
  draft.explain(
      "RAS-2", draft.image().topics.name_of(id) + ": all of " + to_string(wanted) + " are in sync");
  after.replicas = wanted;
  after.set_movement({});
  PartitionTarget to = elect(draft.image().cluster,
                             after,
                             BrokerList(isr),
                             rules_of(draft.image(), id.topic),
                             ElectionType::kOnline);
  to.assignment = Assignment{wanted, {}};
  return to;
}

// Those of the lists that change.
void write_assignment(const Partition& before,
                      const Assignment& after,
                      v1::PartitionChange& change) {
  const Movement& was = before.movement();
  const Movement& is = after.movement;
  if (!(before.replicas == after.replicas)) {
    write_broker_list(after.replicas, *change.mutable_replicas()->mutable_ids());
  }
  if (!(was.adding == is.adding)) {
    write_broker_list(is.adding, *change.mutable_adding_replicas()->mutable_ids());
  }
  if (!(was.removing == is.removing)) {
    write_broker_list(is.removing, *change.mutable_removing_replicas()->mutable_ids());
  }
  if (!(was.original == is.original)) {
    write_broker_list(is.original, *change.mutable_original_replicas()->mutable_ids());
  }
}

// What of `target` is not so yet; nothing but the name of the partition when all is.
v1::PartitionChange change_to(const TopicPartition& id,
                              const Partition& before,
                              const PartitionTarget& target) {
  v1::PartitionChange change;
  write_uuid(id.topic, *change.mutable_topic_id());
  change.set_partition(id.partition);
  if (!(before.isr == target.isr)) {
    write_broker_list(target.isr, *change.mutable_isr()->mutable_ids());
  }
  if (before.recovering != target.recovering) change.set_recovering(target.recovering);
  if (!(before.eligible() == target.eligible)) {
    write_broker_list(target.eligible, *change.mutable_eligible_leader_replicas()->mutable_ids());
  }
  if (before.last_known_leader() != target.last_known_leader) {
    change.set_last_known_leader(target.last_known_leader);
  }
  if (target.assignment) write_assignment(before, *target.assignment, change);
  const bool loses_replica =
      target.assignment && !target.assignment->replicas.includes(before.replicas);
  if (before.leader != target.leader || loses_replica) change.set_leader(target.leader);
  return change;
}

bool is_nothing(const v1::PartitionChange& change) {
  return !change.has_isr() && !change.has_leader() && !change.has_recovering() &&
         !change.has_replicas() && !change.has_adding_replicas() &&
         !change.has_removing_replicas() && !change.has_original_replicas() &&
         !change.has_eligible_leader_replicas() && !change.has_last_known_leader();
}

}  // namespace

void append_change(Draft& draft, const TopicPartition& id, PartitionTarget target) {
  const Partition* before = draft.image().topics.find(id);
  if (before == nullptr) return;
  target = completed(draft, id, *before, std::move(target));
  v1::Record record;
  *record.mutable_partition_change() = change_to(id, *before, target);
  if (is_nothing(record.partition_change())) return;
  const bool is_led_anew = before->leader != target.leader;
  if (is_led_anew && draft.trace().steps().size() < Trace::kStepsMax) {
    draft.explain(rule_of(*before, target),
                  draft.image().topics.name_of(id) + ": leader " + std::to_string(before->leader) +
                      " -> " + std::to_string(target.leader) + ", isr " + to_string(before->isr) +
                      " -> " + to_string(target.isr));
  }
  draft.append(std::move(record));
}

}  // namespace quorate::controller
