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

// No encoded change of the partition is larger.
std::size_t change_bytes_max(const Partition& partition) {
  constexpr std::size_t kFixed = 64;   // topic id, numbers, tags
  constexpr std::size_t kBroker = 12;  // in two lists
  return kFixed + kBroker * partition.replicas.size();
}

struct Picked {
  std::vector<TopicPartition> ids;
  Resume next;
};

// The partitions of one step that `wants` takes. In order of topic id and partition: index keys
// order by history, records shall not.
template <typename Wants>
Picked pick(const TopicsImage& topics,
            const PartitionKeys& keys,
            PartitionKey from,
            const StepOptions& step,
            Wants wants) {
  Picked picked;
  std::size_t examined = 0;
  std::size_t bytes = 0;
  for (auto at = keys.lower_bound(from); at != keys.end(); ++at) {
    const PartitionKey key = (*at).key;
    if (examined++ == step.examined_max) picked.next = key;
    const TopicPartition id = topics.resolve(key);
    const Partition& partition = *topics.find(id);
    if (!picked.next && !wants(partition)) continue;
    bytes += change_bytes_max(partition);
    const bool is_full = picked.ids.size() == step.records_max || bytes > step.bytes_max;
    if (is_full && !picked.ids.empty()) picked.next = key;
    if (picked.next) break;
    picked.ids.push_back(id);
  }
  std::sort(picked.ids.begin(), picked.ids.end());
  return picked;
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

Resume release_partitions(Draft& draft,
                          BrokerId leaving,
                          PartitionKey from,
                          const StepOptions& step) {
  const TopicsImage& topics = draft.image().topics;
  const auto is_touched = [&](const Partition& partition) {
    return partition.leader == leaving ||
           (partition.isr.size() > 1 && partition.isr.contains(leaving));
  };
  const Picked picked = pick(topics, topics.index().of(leaving).replicas, from, step, is_touched);
  for (const TopicPartition& id : picked.ids) {
    const Partition& partition = *draft.image().topics.find(id);
    PartitionTarget target;
    target.isr = partition.isr.size() > 1 ? partition.isr.without(leaving) : partition.isr;
    target.leader = elect_online(draft.image().cluster, partition, target.isr, leaving);
    target.recovering = partition.recovering;
    append_change(draft, id, target);
  }
  return picked.next;
}

Resume elect_for_leaderless(Draft& draft,
                            const PartitionKeys& keys,
                            PartitionKey from,
                            const StepOptions& step) {
  const ClusterImage& cluster = draft.image().cluster;
  const auto is_electable = [&](const Partition& partition) {
    return partition.leader == kNoBroker &&
           elect_online(cluster, partition, partition.isr, kNoBroker) != kNoBroker;
  };
  const Picked picked = pick(draft.image().topics, keys, from, step, is_electable);
  for (const TopicPartition& id : picked.ids) {
    const Partition& partition = *draft.image().topics.find(id);
    PartitionTarget target{partition.isr, kNoBroker, partition.recovering};
    target.leader = elect_online(draft.image().cluster, partition, target.isr, kNoBroker);
    append_change(draft, id, target);
  }
  return picked.next;
}

}  // namespace quorate::controller
