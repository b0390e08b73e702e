#include "controller/control/election.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

std::string name_of(const MetadataImage& image, const TopicPartition& id) {
  const Topic* topic = image.topics.find(id.topic);
  return (topic == nullptr ? to_string(id.topic) : topic->name) + "-" +
         std::to_string(id.partition);
}

// In order of topic id and partition: index keys order by history, records shall not.
std::vector<TopicPartition> resolve_sorted(const TopicsImage& topics, const PartitionKeys& keys) {
  std::vector<TopicPartition> ids;
  ids.reserve(keys.size());
  for (const auto& [key, nothing] : keys)
    ids.push_back(topics.resolve(key));
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

BrokerId elect_online(const ClusterImage& cluster,
                      const Partition& partition,
                      const BrokerList& target_isr,
                      BrokerId leaving) {
  const auto is_valid = [&](BrokerId id) {
    return id != kNoBroker && id != leaving && cluster.is_active(id) && target_isr.contains(id);
  };
  if (is_valid(partition.leader)) return partition.leader;
  const auto found = std::find_if(partition.replicas.begin(), partition.replicas.end(), is_valid);
  return found == partition.replicas.end() ? kNoBroker : *found;
}

void append_change(Draft& draft, const TopicPartition& id, const PartitionTarget& target) {
  const Partition* before = draft.image().topics.find(id);
  if (before == nullptr) return;
  const bool isr_changes = !(before->isr == target.isr);
  const bool leader_changes = before->leader != target.leader;
  const bool recovering_changes = before->recovering != target.recovering;
  if (!isr_changes && !leader_changes && !recovering_changes) return;

  v1::Record record;
  v1::PartitionChange& change = *record.mutable_partition_change();
  write_uuid(id.topic, *change.mutable_topic_id());
  change.set_partition(id.partition);
  if (isr_changes) write_broker_list(target.isr, *change.mutable_isr()->mutable_ids());
  if (leader_changes) change.set_leader(target.leader);
  if (recovering_changes) change.set_recovering(target.recovering);
  if (leader_changes && draft.trace().steps().size() < Trace::kStepsMax) {
    draft.explain(target.leader == kNoBroker ? "ELE-6" : "ELE-2",
                  name_of(draft.image(), id) + ": leader " + std::to_string(before->leader) +
                      " -> " + std::to_string(target.leader) + ", isr " + to_string(before->isr) +
                      " -> " + to_string(target.isr));
  }
  draft.append(std::move(record));
}

void release_partitions(Draft& draft, BrokerId leaving) {
  const TopicsImage& topics = draft.image().topics;
  for (const TopicPartition& id : resolve_sorted(topics, topics.index().of(leaving).replicas)) {
    const Partition* partition = draft.image().topics.find(id);
    if (partition == nullptr || !partition->isr.contains(leaving)) continue;
    PartitionTarget target;
    target.isr = partition->isr.size() > 1 ? partition->isr.without(leaving) : partition->isr;
    target.leader = elect_online(draft.image().cluster, *partition, target.isr, leaving);
    target.recovering = partition->recovering;
    append_change(draft, id, target);
  }
}

void elect_for_leaderless(Draft& draft, BrokerId returned) {
  const TopicsImage& topics = draft.image().topics;
  const PartitionKeys& held = topics.index().of(returned).replicas;
  const PartitionKeys& leaderless = topics.index().leaderless();
  for (const TopicPartition& id :
       resolve_sorted(topics, held.size() < leaderless.size() ? held : leaderless)) {
    const Partition* partition = draft.image().topics.find(id);
    if (partition == nullptr || partition->leader != kNoBroker) continue;
    if (!partition->isr.contains(returned)) continue;
    PartitionTarget target{partition->isr, kNoBroker, partition->recovering};
    target.leader = elect_online(draft.image().cluster, *partition, target.isr, kNoBroker);
    append_change(draft, id, target);
  }
}

}  // namespace quorate::controller
