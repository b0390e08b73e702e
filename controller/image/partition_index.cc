#include "controller/image/partition_index.h"

#include "raft/base/check.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kPartitionBits = 24;
constexpr std::uint64_t kPartitionMask = (1ULL << kPartitionBits) - 1;

bool is_imbalanced(const Partition& partition) {
  return partition.leader != kNoBroker && partition.leader != partition.preferred_leader();
}

void note(PartitionKeys& keys, PartitionKey key, bool was, bool is) {
  if (is && !was) keys.insert(key);
  if (was && !is) keys.erase(key);
}

// Those of whom is_last_resort() holds; most partitions have none.
template <typename Visit>
void for_last_resorts(const Partition& partition, Visit visit) {
  for (const BrokerId id : partition.eligible())
    visit(id);
  if (partition.leader != kNoBroker) return;
  for (const BrokerId id : partition.isr)
    visit(id);
}

}  // namespace

bool is_last_resort(const Partition& partition, BrokerId id) {
  const bool is_alone = partition.leader == kNoBroker && partition.isr.contains(id);
  return is_alone || partition.eligible().contains(id);
}

PartitionKey partition_key(std::uint64_t topic_number, std::int32_t partition) {
  QUORATE_CHECK(partition >= 0 && partition < kPartitionsPerTopicMax);
  QUORATE_CHECK(topic_number < 1ULL << (64 - kPartitionBits));
  return PartitionKey{topic_number << kPartitionBits | static_cast<std::uint64_t>(partition)};
}

std::uint64_t topic_number_of(PartitionKey key) {
  return static_cast<std::uint64_t>(key) >> kPartitionBits;
}

std::int32_t partition_of(PartitionKey key) {
  return static_cast<std::int32_t>(static_cast<std::uint64_t>(key) & kPartitionMask);
}

const BrokerHoldings& PartitionIndex::of(BrokerId id) const {
  static const BrokerHoldings nothing;
  const BrokerHoldings* found = brokers_.find(id);
  return found == nullptr ? nothing : *found;
}

void PartitionIndex::add(PartitionKey key, const Partition& partition) {
  for (const BrokerId id : partition.replicas)
    add_replica(key, id);
  move_preferred(kNoBroker, partition.preferred_leader());
  add_leader(key, partition.leader);
  if (is_imbalanced(partition)) imbalanced_.insert(key);
  if (partition.is_moving()) moving_.insert(key);
  change_last_resort(key, Partition(), partition);
}

void PartitionIndex::remove(PartitionKey key, const Partition& partition) {
  imbalanced_.erase(key);
  moving_.erase(key);
  change_last_resort(key, partition, Partition());
  remove_leader(key, partition.leader);
  move_preferred(partition.preferred_leader(), kNoBroker);
  for (const BrokerId id : partition.replicas)
    remove_replica(key, id);
}

void PartitionIndex::change(PartitionKey key, const Partition& before, const Partition& after) {
  if (before.leader != after.leader) remove_leader(key, before.leader);
  if (before.preferred_leader() != after.preferred_leader()) {
    move_preferred(before.preferred_leader(), kNoBroker);
  }
  if (!(before.replicas == after.replicas)) {
    for (const BrokerId id : after.replicas) {
      if (!before.replicas.contains(id)) add_replica(key, id);
    }
    for (const BrokerId id : before.replicas) {
      if (!after.replicas.contains(id)) remove_replica(key, id);
    }
  }
  if (before.preferred_leader() != after.preferred_leader()) {
    move_preferred(kNoBroker, after.preferred_leader());
  }
  if (before.leader != after.leader) add_leader(key, after.leader);
  change_last_resort(key, before, after);
  note(imbalanced_, key, is_imbalanced(before), is_imbalanced(after));
  note(moving_, key, before.is_moving(), after.is_moving());
}

void PartitionIndex::add_replica(PartitionKey key, BrokerId id) {
  brokers_.at_or_add(id).replicas.insert(key);
}

void PartitionIndex::remove_replica(PartitionKey key, BrokerId id) {
  BrokerHoldings* holdings = brokers_.find_mutable(id);
  if (holdings == nullptr) return;
  holdings->replicas.erase(key);
  if (holdings->empty()) brokers_.erase(id);
}

void PartitionIndex::add_leader(PartitionKey key, BrokerId id) {
  if (id == kNoBroker) {
    leaderless_.insert(key);
  } else {
    ++brokers_.at_or_add(id).leaders;
  }
}

void PartitionIndex::remove_leader(PartitionKey key, BrokerId id) {
  if (id == kNoBroker) {
    leaderless_.erase(key);
    return;
  }
  BrokerHoldings& holdings = brokers_.existing_mutable(id);
  --holdings.leaders;
  if (holdings.empty()) brokers_.erase(id);
}

void PartitionIndex::change_last_resort(PartitionKey key,
                                        const Partition& before,
                                        const Partition& after) {
  for_last_resorts(after, [&](BrokerId id) {
    if (!is_last_resort(before, id)) brokers_.at_or_add(id).last_resort.insert(key);
  });
  for_last_resorts(before, [&](BrokerId id) {
    if (is_last_resort(after, id)) return;
    BrokerHoldings* holdings = brokers_.find_mutable(id);
    if (holdings == nullptr) return;
    holdings->last_resort.erase(key);
    if (holdings->empty()) brokers_.erase(id);
  });
}

void PartitionIndex::move_preferred(BrokerId from, BrokerId to) {
  if (from != kNoBroker) --brokers_.at_or_add(from).preferred;
  if (to != kNoBroker) ++brokers_.at_or_add(to).preferred;
}

}  // namespace quorate::controller
