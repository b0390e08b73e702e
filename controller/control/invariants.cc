#include "controller/control/invariants.h"

#include <cstdint>
#include <string>

#include "controller/control/election.h"

namespace quorate::controller {
namespace {

Status broken(const char* rule, const std::string& what) {
  return {Code::kInternal, std::string(rule) + " would break: " + what};
}

// PAR-1, PAR-2: the lists by themselves.
const char* broken_list_rule(const Partition& partition) {
  if (partition.replicas.empty() || partition.replicas.has_duplicates()) return "PAR-1";
  if (partition.isr.has_duplicates()) return "PAR-1";
  const BrokerList& adding = partition.movement().adding;
  const BrokerList& removing = partition.movement().removing;
  if (adding.has_duplicates() || !partition.replicas.includes(adding)) return "PAR-1";
  if (removing.has_duplicates() || !partition.replicas.includes(removing)) return "PAR-1";
  for (const BrokerId id : adding) {
    if (removing.contains(id)) return "PAR-1";
  }
  const BrokerList& eligible = partition.eligible();
  if (eligible.has_duplicates()) return "PAR-1";
  for (const BrokerId id : eligible) {
    if (partition.isr.contains(id) || !partition.replicas.contains(id)) return "PAR-2";
  }
  return partition.replicas.includes(partition.isr) ? nullptr : "PAR-2";
}

// RAS-1, RAS-2: what a reassignment that is under way says. Requires PAR-1.
const char* broken_movement_rule(const Partition& partition) {
  if (!partition.is_moving()) return nullptr;
  const auto& [adding, removing, original] = partition.movement();
  if (adding.empty() && removing.empty()) return "RAS-1";
  if (original.empty() || original.has_duplicates()) return "RAS-1";
  if (!partition.replicas.includes(original)) return "RAS-1";
  for (const BrokerId id : partition.replicas) {
    const bool was = original.contains(id);
    if (adding.contains(id) ? was : !was && !removing.contains(id)) return "RAS-1";
  }
  const BrokerList target = partition.target_replicas();
  if (target.empty()) return "RAS-1";
  return partition.isr.includes(target) ? "RAS-2" : nullptr;
}

bool is_fenced(const ClusterImage& cluster, BrokerId id) {
  const BrokerRegistration* broker = cluster.find(id);
  return broker == nullptr || broker->fenced;
}

// PAR-3..PAR-5: who leads; BRK-14: who was fenced has left. A broker on its way out may still lead
// what has not been moved yet.
const char* broken_leader_rule(const ClusterImage& cluster, const Partition& partition) {
  const bool is_led = partition.leader != kNoBroker;
  if (partition.last_known_leader() != kNoBroker && (is_led || !partition.isr.empty())) {
    return "PAR-11";
  }
  if (is_led && !partition.isr.contains(partition.leader)) return "PAR-3";
  if (is_led && is_fenced(cluster, partition.leader)) return "PAR-5";
  if (partition.recovering && partition.isr.size() > 1) return "PAR-10";
  for (const BrokerId member : partition.isr) {
    if (partition.isr.size() > 1 && is_fenced(cluster, member)) return "BRK-14";
  }
  return nullptr;
}

// PAR-13 for one partition.
bool is_indexed(const TopicsImage& topics, const TopicPartition& id, const Partition& partition) {
  const PartitionIndex& index = topics.index();
  const PartitionKey key = partition_key(topics.find(id.topic)->number, id.partition);
  for (const BrokerId replica : partition.replicas) {
    const BrokerHoldings& held = index.of(replica);
    if (!held.replicas.contains(key)) return false;
    if (held.last_resort.contains(key) != is_last_resort(partition, replica)) return false;
  }
  const bool is_led = partition.leader != kNoBroker;
  const bool is_imbalanced = is_led && partition.leader != partition.preferred_leader();
  return index.leaderless().contains(key) != is_led &&
         index.imbalanced().contains(key) == is_imbalanced &&
         index.moving().contains(key) == partition.is_moving();
}

// PAR-4, PAR-6: an ISR is empty, and eligible leaders are kept, only when they may be.
const char* broken_eligible_rule(const MetadataImage& image,
                                 const TopicPartition& id,
                                 const Partition& partition) {
  if (!partition.isr.empty() && partition.eligible().empty()) return nullptr;
  const TopicRules rules = rules_of(image, id.topic);
  if (partition.isr.empty() && !rules.keeps_eligible) return "PAR-4";
  if (partition.eligible().empty()) return nullptr;
  const bool may_be = rules.keeps_eligible && partition.isr.size() < min_isr(rules, partition);
  return may_be ? nullptr : "PAR-6";
}

Status check_state(const MetadataImage& image, const TopicPartition& id) {
  const Partition* partition = image.topics.find(id);
  if (partition == nullptr) return broken("PAR-13", "a touched partition is gone");
  if (const char* rule = broken_eligible_rule(image, id, *partition)) {
    return broken(rule, image.topics.name_of(id));
  }
  if (const char* rule = broken_list_rule(*partition))
    return broken(rule, image.topics.name_of(id));
  if (const char* rule = broken_movement_rule(*partition))
    return broken(rule, image.topics.name_of(id));
  if (const char* rule = broken_leader_rule(image.cluster, *partition)) {
    return broken(rule, image.topics.name_of(id) + " led by " + std::to_string(partition->leader));
  }
  if (!is_indexed(image.topics, id, *partition)) return broken("PAR-13", image.topics.name_of(id));
  return Status::ok();
}

// PAR-7..PAR-9: how a partition got from one state to the next.
const char* broken_step_rule(const Partition& before,
                             const Partition& after,
                             std::uint32_t changes) {
  const std::int64_t partition_steps = std::int64_t{after.partition_epoch} - before.partition_epoch;
  const std::int64_t leader_steps = std::int64_t{after.leader_epoch} - before.leader_epoch;
  if (partition_steps != changes) return "PAR-7";
  if (leader_steps < 0 || leader_steps > partition_steps) return "PAR-7";
  const bool must_step = before.leader != after.leader || !after.replicas.includes(before.replicas);
  if (must_step && leader_steps == 0) return "PAR-8";
  if (changes == 1 && !must_step && leader_steps != 0) return "PAR-8";
  Partition same = after;
  same.leader_epoch = before.leader_epoch;
  same.partition_epoch = before.partition_epoch;
  return changes == 1 && same == before ? "PAR-9" : nullptr;
}

Status check_step(const MetadataImage& before,
                  const MetadataImage& after,
                  const TouchedPartition& touched) {
  const Partition* was = before.topics.find(touched.id);
  const Partition* is = after.topics.find(touched.id);
  const bool is_led_anew = is->leader != kNoBroker && (was == nullptr || was->leader != is->leader);
  if (is_led_anew && !after.cluster.is_active(is->leader)) {
    return broken("PAR-5",
                  after.topics.name_of(touched.id) + " led by " + std::to_string(is->leader));
  }
  if (was == nullptr) {
    const bool is_fresh = is->leader_epoch == 0 && is->partition_epoch == 0 && !is->recovering;
    if (touched.changes == 1 && !is_fresh) return broken("TOP-2", after.topics.name_of(touched.id));
    return Status::ok();
  }
  if (const char* rule = broken_step_rule(*was, *is, touched.changes)) {
    return broken(rule, after.topics.name_of(touched.id));
  }
  return Status::ok();
}

Status check_broker(const MetadataImage& before, const MetadataImage& after, BrokerId id) {
  const BrokerRegistration* was = before.cluster.find(id);
  const BrokerRegistration* is = after.cluster.find(id);
  if ((is == nullptr || is->fenced) && after.topics.index().of(id).leaders > 0) {
    return broken("PAR-5", "broker " + std::to_string(id) + " is fenced and leads partitions");
  }
  if (was == nullptr || is == nullptr) return Status::ok();
  const bool is_new = was->incarnation != is->incarnation;
  if (is_new ? is->epoch <= was->epoch : is->epoch != was->epoch) {
    return broken("BRK-3", "epoch of broker " + std::to_string(id));
  }
  return Status::ok();
}

}  // namespace

Status check_batch(const MetadataImage& before,
                   const MetadataImage& after,
                   const MetadataDelta& delta) {
  for (const TouchedPartition& touched : delta.partitions) {
    QUORATE_TRY(check_state(after, touched.id));
    QUORATE_TRY(check_step(before, after, touched));
  }
  for (const BrokerId id : delta.brokers)
    QUORATE_TRY(check_broker(before, after, id));
  return Status::ok();
}

Status check_image(const MetadataImage& image) {
  PartitionIndex scanned;
  std::size_t partitions = 0;
  for (const auto& [id, topic] : image.topics.by_id()) {
    const TopicPartition first{id, 0};
    for (TopicPartition at = first; topic->find(at.partition) != nullptr; ++at.partition) {
      QUORATE_TRY(check_state(image, at));
      scanned.add(partition_key(topic->number, at.partition), *topic->find(at.partition));
      ++partitions;
    }
  }
  const PartitionIndex& index = image.topics.index();
  const bool is_same_size = partitions == image.topics.partition_count() &&
                            scanned.leaderless().size() == index.leaderless().size() &&
                            scanned.imbalanced().size() == index.imbalanced().size() &&
                            scanned.moving().size() == index.moving().size() &&
                            scanned.brokers().size() == index.brokers().size();
  if (!is_same_size) return broken("PAR-13", "the index counts differ from a scan");
  for (const auto& [id, holdings] : scanned.brokers()) {
    const BrokerHoldings& held = index.of(id);
    if (held.last_resort.size() != holdings.last_resort.size()) {
      return broken("PAR-13", "who may have the last copies differs from a scan");
    }
    if (held.replicas.size() != holdings.replicas.size() || held.leaders != holdings.leaders ||
        held.preferred != holdings.preferred) {
      return broken("PAR-13", "what broker " + std::to_string(id) + " holds differs from a scan");
    }
  }
  return Status::ok();
}

}  // namespace quorate::controller
