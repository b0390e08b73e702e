#include "controller/control/election.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/image/config_keys.h"
#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

std::string name_of(const MetadataImage& image, const TopicPartition& id) {
  const Topic* topic = image.topics.find(id.topic);
  return (topic == nullptr ? to_string(id.topic) : topic->name) + "-" +
         std::to_string(id.partition);
}

// Under which rule the leader changes.
const char* rule_of(const Partition& before, const PartitionTarget& target) {
  if (target.leader == kNoBroker) return "ELE-6";
  return target.recovering && !before.recovering ? "ELE-3" : "ELE-2";
}

// What topics' configuration allows, remembered for the topic asked about last: partitions of one
// come after each other. The draft changes no configuration meanwhile.
class TopicRules {
 public:
  explicit TopicRules(const MetadataImage& image) : image_(image) {}

  [[nodiscard]] ElectionType of(const Uuid& topic) {
    if (!(topic == topic_)) {
      topic_ = topic;
      type_ = allowed_election(image_, topic);
    }
    return type_;
  }

 private:
  const MetadataImage& image_;
  Uuid topic_;
  ElectionType type_ = ElectionType::kOnline;
};

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
    if (!picked.next && !wants(id, partition)) continue;
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

PartitionTarget elect(const ClusterImage& cluster,
                      const Partition& partition,
                      const BrokerList& isr,
                      ElectionType type,
                      BrokerId leaving) {
  const auto is_acceptable = [&](BrokerId id) { return id != leaving && cluster.is_active(id); };
  const auto is_valid = [&](BrokerId id) { return isr.contains(id) && is_acceptable(id); };
  const auto first = [&](auto is_good) {
    const auto found = std::find_if(partition.replicas.begin(), partition.replicas.end(), is_good);
    return found == partition.replicas.end() ? kNoBroker : *found;
  };
  PartitionTarget target{isr, kNoBroker, partition.recovering};
  if (type == ElectionType::kPreferred && is_valid(partition.preferred_leader())) {
    target.leader = partition.preferred_leader();
  } else {
    target.leader = is_valid(partition.leader) ? partition.leader : first(is_valid);
  }
  if (target.leader != kNoBroker || type != ElectionType::kUnclean) return target;
  const BrokerId last_resort = first(is_acceptable);
  if (last_resort == kNoBroker) return target;
  return {BrokerList{last_resort}, last_resort, true};
}

ElectionType allowed_election(const MetadataImage& image, const Uuid& id) {
  const Topic* topic = image.topics.find(id);
  if (topic == nullptr) return ElectionType::kOnline;
  const EffectiveConfig config =
      effective_topic_config(image.configs, topic->name, "unclean.leader.election.enable");
  return config.value == "true" ? ElectionType::kUnclean : ElectionType::kOnline;
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
    draft.explain(rule_of(*before, target),
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
  const auto is_touched = [&](const TopicPartition& /*id*/, const Partition& partition) {
    return partition.leader == leaving ||
           (partition.isr.size() > 1 && partition.isr.contains(leaving));
  };
  const Picked picked = pick(topics, topics.index().of(leaving).replicas, from, step, is_touched);
  TopicRules rules(draft.image());
  for (const TopicPartition& id : picked.ids) {
    const Partition& partition = *draft.image().topics.find(id);
    const BrokerList isr =
        partition.isr.size() > 1 ? partition.isr.without(leaving) : partition.isr;
    append_change(
        draft, id, elect(draft.image().cluster, partition, isr, rules.of(id.topic), leaving));
  }
  return picked.next;
}

Resume elect_for_leaderless(Draft& draft,
                            const PartitionKeys& keys,
                            PartitionKey from,
                            Unclean unclean,
                            const StepOptions& step) {
  TopicRules rules(draft.image());
  const auto elected = [&](const TopicPartition& id, const Partition& partition) {
    const ElectionType type =
        unclean == Unclean::kAlways ? ElectionType::kUnclean : rules.of(id.topic);
    return elect(draft.image().cluster, partition, partition.isr, type);
  };
  const auto is_electable = [&](const TopicPartition& id, const Partition& partition) {
    return partition.leader == kNoBroker && elected(id, partition).leader != kNoBroker;
  };
  const Picked picked = pick(draft.image().topics, keys, from, step, is_electable);
  for (const TopicPartition& id : picked.ids)
    append_change(draft, id, elected(id, *draft.image().topics.find(id)));
  return picked.next;
}

Resume elect_preferred(Draft& draft, PartitionKey from, const StepOptions& step) {
  const auto elected = [&](const Partition& partition) {
    return elect(draft.image().cluster, partition, partition.isr, ElectionType::kPreferred);
  };
  const auto is_movable = [&](const TopicPartition& /*id*/, const Partition& partition) {
    return elected(partition).leader == partition.preferred_leader();
  };
  const TopicsImage& topics = draft.image().topics;
  const Picked picked = pick(topics, topics.index().imbalanced(), from, step, is_movable);
  for (const TopicPartition& id : picked.ids)
    append_change(draft, id, elected(*draft.image().topics.find(id)));
  return picked.next;
}

}  // namespace quorate::controller
