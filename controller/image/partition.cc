#include "controller/image/partition.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/entity_hash.h"
#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kPartitionHashTag = 0x70617274;  // "part"
constexpr std::uint64_t kOriginalTag = 0x6f726967;       // "orig"

const BrokerList& no_brokers() {
  static const BrokerList none;
  return none;
}

void add_list(EntityHash& hash, const BrokerList& list) {
  hash.add(list.size());
  for (const BrokerId id : list)
    hash.add_signed(id);
}

bool has_negative(const BrokerList& list) {
  for (const BrokerId id : list) {
    if (id < 0) return true;
  }
  return false;
}

Status refuse(const std::string& what) {
  return {Code::kCorruption, "partition record " + what};
}

// What no record may bring in, whoever wrote it. The rest of the rules is checked before a batch is
// appended (controller/control/invariants.h).
Status check_shape(const Partition& partition) {
  if (partition.replicas.empty()) return refuse("without replicas");
  if (has_negative(partition.replicas)) return refuse("with a negative replica");
  if (partition.replicas.has_duplicates()) return refuse("with a replica twice");
  if (has_negative(partition.isr)) return refuse("with a negative ISR member");
  if (has_negative(partition.eligible())) return refuse("with a negative eligible leader");
  const Movement& movement = partition.movement();
  if (has_negative(movement.adding) || has_negative(movement.removing) ||
      has_negative(movement.original)) {
    return refuse("that moves a negative replica");
  }
  if (partition.leader < kNoBroker || partition.last_known_leader() < kNoBroker) {
    return refuse("with a negative leader");
  }
  if (partition.leader_epoch < 0 || partition.partition_epoch < 0) {
    return refuse("with a negative epoch");
  }
  return Status::ok();
}

Status step(std::int32_t& epoch) {
  if (epoch == std::numeric_limits<std::int32_t>::max()) return refuse("beyond the last epoch");
  ++epoch;
  return Status::ok();
}

}  // namespace

static_assert(sizeof(Partition) <= 56);

const Movement& Partition::movement() const {
  static const Movement none;
  return rare ? rare->movement : none;
}

BrokerList Partition::target_replicas() const {
  std::vector<BrokerId> target;
  for (const BrokerId id : replicas) {
    if (!movement().removing.contains(id)) target.push_back(id);
  }
  return BrokerList(target);
}

const BrokerList& Partition::eligible() const {
  return rare ? rare->eligible : no_brokers();
}

BrokerId Partition::last_known_leader() const {
  return rare ? rare->last_known_leader : kNoBroker;
}

void Partition::set_movement(Movement movement) {
  NodeRef<RareState> state(new RareState);
  state->movement = std::move(movement);
  state->eligible = eligible();
  state->last_known_leader = last_known_leader();
  set_rare(std::move(state));
}

void Partition::set_eligible(BrokerList eligible, BrokerId last_known_leader) {
  NodeRef<RareState> state(new RareState);
  state->movement = movement();
  state->eligible = std::move(eligible);
  state->last_known_leader = last_known_leader;
  set_rare(std::move(state));
}

void Partition::set_rare(NodeRef<RareState> state) {
  const bool is_nothing =
      state->movement.is_none() && state->eligible.empty() && state->last_known_leader == kNoBroker;
  rare = is_nothing ? NodeRef<RareState>() : std::move(state);
}

bool Partition::operator==(const Partition& other) const {
  return replicas == other.replicas && isr == other.isr && leader == other.leader &&
         leader_epoch == other.leader_epoch && partition_epoch == other.partition_epoch &&
         recovering == other.recovering && movement() == other.movement() &&
         eligible() == other.eligible() && last_known_leader() == other.last_known_leader();
}

namespace {

EntityHash hash_of_place(const TopicPartition& id, const BrokerList& replicas) {
  EntityHash hash(kPartitionHashTag);
  hash.add(id.topic.high).add(id.topic.low).add_signed(id.partition);
  add_list(hash, replicas);
  return hash;
}

std::uint64_t hash_with_state(EntityHash hash, const Partition& partition) {
  add_list(hash, partition.isr);
  hash.add_signed(partition.leader).add_signed(partition.leader_epoch);
  hash.add_signed(partition.partition_epoch).add(partition.recovering ? 1 : 0);
  const Movement& movement = partition.movement();
  add_list(hash, movement.adding);
  add_list(hash, movement.removing);
  if (!movement.original.empty()) add_list(hash.add(kOriginalTag), movement.original);
  if (!partition.eligible().empty() || partition.last_known_leader() != kNoBroker) {
    add_list(hash, partition.eligible());
    hash.add_signed(partition.last_known_leader());
  }
  return hash.value();
}

}  // namespace

std::uint64_t entity_hash(const TopicPartition& id, const Partition& partition) {
  return hash_with_state(hash_of_place(id, partition.replicas), partition);
}

std::uint64_t entity_hash_step(const TopicPartition& id,
                               const Partition& before,
                               const Partition& after) {
  if (before.replicas != after.replicas) return entity_hash(id, after) - entity_hash(id, before);
  const EntityHash place = hash_of_place(id, before.replicas);
  return hash_with_state(place, after) - hash_with_state(place, before);
}

Result<Partition> partition_from(const v1::Partition& record) {
  Partition to;
  to.replicas = broker_list_from(record.replicas());
  to.isr = broker_list_from(record.isr());
  to.leader = record.leader();
  to.leader_epoch = record.leader_epoch();
  to.partition_epoch = record.partition_epoch();
  to.recovering = record.recovering();
  to.set_movement({broker_list_from(record.adding_replicas()),
                   broker_list_from(record.removing_replicas()),
                   broker_list_from(record.original_replicas())});
  const BrokerId last = record.has_last_known_leader() ? record.last_known_leader() : kNoBroker;
  to.set_eligible(broker_list_from(record.eligible_leader_replicas()), last);
  QUORATE_TRY(check_shape(to));
  return to;
}

void write_partition(const TopicPartition& id, const Partition& partition, v1::Partition& record) {
  write_uuid(id.topic, *record.mutable_topic_id());
  record.set_partition(id.partition);
  write_broker_list(partition.replicas, *record.mutable_replicas());
  write_broker_list(partition.isr, *record.mutable_isr());
  record.set_leader(partition.leader);
  record.set_leader_epoch(partition.leader_epoch);
  record.set_partition_epoch(partition.partition_epoch);
  write_broker_list(partition.movement().adding, *record.mutable_adding_replicas());
  write_broker_list(partition.movement().removing, *record.mutable_removing_replicas());
  write_broker_list(partition.movement().original, *record.mutable_original_replicas());
  record.set_recovering(partition.recovering);
  write_broker_list(partition.eligible(), *record.mutable_eligible_leader_replicas());
  const BrokerId last = partition.last_known_leader();
  if (last != kNoBroker) record.set_last_known_leader(last);
}

namespace {

Movement movement_after(Movement movement, const v1::PartitionChange& record) {
  if (record.has_adding_replicas()) {
    movement.adding = broker_list_from(record.adding_replicas().ids());
  }
  if (record.has_removing_replicas()) {
    movement.removing = broker_list_from(record.removing_replicas().ids());
  }
  if (record.has_original_replicas()) {
    movement.original = broker_list_from(record.original_replicas().ids());
  }
  return movement;
}

}  // namespace

Result<Partition> changed(const Partition& before, const v1::PartitionChange& record) {
  Partition to = before;
  if (record.has_isr()) to.isr = broker_list_from(record.isr().ids());
  if (record.has_replicas()) to.replicas = broker_list_from(record.replicas().ids());
  if (record.has_recovering()) to.recovering = record.recovering();
  if (record.has_adding_replicas() || record.has_removing_replicas() ||
      record.has_original_replicas()) {
    to.set_movement(movement_after(before.movement(), record));
  }
  if (record.has_eligible_leader_replicas() || record.has_last_known_leader()) {
    to.set_eligible(
        record.has_eligible_leader_replicas()
            ? broker_list_from(record.eligible_leader_replicas().ids())
            : before.eligible(),
        record.has_last_known_leader() ? record.last_known_leader() : before.last_known_leader());
  }
  if (record.has_leader()) {
    to.leader = record.leader();
    QUORATE_TRY(step(to.leader_epoch));
  }
  QUORATE_TRY(step(to.partition_epoch));
  QUORATE_TRY(check_shape(to));
  return to;
}

}  // namespace quorate::controller
