#include "controller/control/partition_control.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/partition_change.h"

namespace quorate::controller {
namespace {

struct Verdict {
  v1::ErrorCode error = v1::NONE;
  const char* rule = "ISR-12";
};

bool is_current(const ClusterImage& cluster, BrokerId id, std::uint64_t epoch) {
  const BrokerRegistration* broker = cluster.find(id);
  return broker != nullptr && broker->epoch == epoch;
}

BrokerList proposed_isr(const AlterPartitionItem& item) {
  std::vector<BrokerId> ids;
  ids.reserve(item.new_isr.size());
  for (const IsrMember& member : item.new_isr)
    ids.push_back(member.broker_id);
  return BrokerList(ids);
}

// ISR-4..ISR-7: is the proposal based on the state as it is?
Verdict judge_epochs(const Partition& partition, BrokerId sender, const AlterPartitionItem& item) {
  if (item.leader_epoch > partition.leader_epoch ||
      item.partition_epoch > partition.partition_epoch) {
    return {v1::NOT_CONTROLLER, "ISR-4"};
  }
  if (item.leader_epoch < partition.leader_epoch) return {v1::FENCED_LEADER_EPOCH, "ISR-5"};
  if (sender != partition.leader) return {v1::INVALID_REQUEST, "ISR-6"};
  if (item.partition_epoch < partition.partition_epoch) {
    return {v1::INVALID_UPDATE_VERSION, "ISR-7"};
  }
  return {};
}

// ISR-8..ISR-11: may the state become this?
Verdict judge_proposal(const ClusterImage& cluster,
                       const Partition& partition,
                       const AlterPartitionItem& item) {
  const BrokerList isr = proposed_isr(item);
  if (isr.empty() || isr.has_duplicates() || !partition.replicas.includes(isr)) {
    return {v1::INVALID_REQUEST, "ISR-8"};
  }
  if (!isr.contains(partition.leader)) return {v1::INVALID_REQUEST, "ISR-9"};
  if (item.recovering && (isr.size() > 1 || !partition.recovering)) {
    return {v1::INVALID_REQUEST, "ISR-10"};
  }
  for (const IsrMember& member : item.new_isr) {
    const bool is_old = member.broker_epoch.has_value() &&
                        !is_current(cluster, member.broker_id, *member.broker_epoch);
    if (is_old || !cluster.is_active(member.broker_id)) return {v1::INELIGIBLE_REPLICA, "ISR-11"};
  }
  return {};
}

Verdict judge(const MetadataImage& image, BrokerId sender, const AlterPartitionItem& item) {
  const Topic* topic = image.topics.find(item.id.topic);
  if (topic == nullptr) return {v1::UNKNOWN_TOPIC_ID, "ISR-2"};
  const Partition* partition = topic->find(item.id.partition);
  if (partition == nullptr) return {v1::UNKNOWN_TOPIC_OR_PARTITION, "ISR-3"};
  if (const Verdict verdict = judge_epochs(*partition, sender, item); verdict.error != v1::NONE) {
    return verdict;
  }
  return judge_proposal(image.cluster, *partition, item);
}

AlterPartitionItemAnswer alter_one(Draft& draft, BrokerId sender, const AlterPartitionItem& item) {
  AlterPartitionItemAnswer answer;
  answer.id = item.id;
  const Verdict verdict = judge(draft.image(), sender, item);
  answer.error = verdict.error;
  draft.explain(verdict.rule,
                to_string(item.id.topic) + "-" + std::to_string(item.id.partition) + ": leader " +
                    std::to_string(sender) + " proposes isr " + to_string(proposed_isr(item)));
  if (verdict.error != v1::NONE) return answer;

  const TopicRules rules = rules_of(draft.image(), item.id.topic);
  PartitionTarget target = with_isr(*draft.image().topics.find(item.id), proposed_isr(item), rules);
  target.recovering = item.recovering;
  append_change(draft, item.id, std::move(target));
  const Partition* partition = draft.image().topics.find(item.id);
  // Its reassignment is complete and the sender is not of the target: the record stands.
  if (partition->leader != sender) {
    draft.explain("ISR-13", "leader " + std::to_string(sender) + " hands over");
    answer.error = v1::NEW_LEADER_ELECTED;
  }
  answer.leader = partition->leader;
  answer.leader_epoch = partition->leader_epoch;
  answer.isr.assign(partition->isr.begin(), partition->isr.end());
  answer.partition_epoch = partition->partition_epoch;
  answer.recovering = partition->recovering;
  return answer;
}

ElectionItemAnswer refuse(const ElectionItem& item, v1::ErrorCode error, const char* why) {
  return {item, error, why};
}

ElectionItemAnswer elect_one(Draft& draft,
                             ElectionType type,
                             const ElectionItem& item,
                             const ControlOptions& options) {
  const Topic* topic = draft.image().topics.find(item.topic);
  const Partition* partition = topic == nullptr ? nullptr : topic->find(item.partition);
  if (partition == nullptr) {
    return refuse(item, v1::UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition");
  }
  const bool is_preferred = type == ElectionType::kPreferred;
  if (is_preferred ? partition->leader == partition->preferred_leader()
                   : partition->leader != kNoBroker) {
    return refuse(item, v1::ELECTION_NOT_NEEDED, "it is led as asked for");
  }
  const TopicRules rules = rules_of(draft.image(), topic->id);
  const PartitionTarget target =
      elect(draft.image().cluster, *partition, partition->isr, rules, type);
  if (is_preferred && target.leader != partition->preferred_leader()) {
    return refuse(item,
                  v1::PREFERRED_LEADER_NOT_AVAILABLE,
                  "the preferred leader is not active or not in sync");
  }
  if (target.leader == kNoBroker) {
    return refuse(item, v1::ELIGIBLE_LEADERS_NOT_AVAILABLE, "no replica is active");
  }
  if (draft.record_count() >= options.request_records_max) {
    return refuse(item, v1::POLICY_VIOLATION, "the request would write too many records");
  }
  append_change(draft, {topic->id, item.partition}, target);
  return {item, v1::NONE, {}};
}

// What the draft has changed.
std::vector<ElectionItemAnswer> elected_in(const Draft& draft) {
  std::vector<ElectionItemAnswer> elected;
  for (const TouchedPartition& touched : draft.delta().partitions) {
    const Topic* topic = draft.image().topics.find(touched.id.topic);
    elected.push_back({{topic->name, touched.id.partition}, v1::NONE, {}});
  }
  return elected;
}

}  // namespace

ElectLeadersAnswer elect_leaders(Draft& draft,
                                 const ElectLeaders& command,
                                 const ControlOptions& options,
                                 Resume& next) {
  ElectLeadersAnswer answer;
  if (command.type == ElectionType::kOnline) {
    answer.error = v1::INVALID_REQUEST;
    answer.error_message = "an election is either preferred or unclean";
    return answer;
  }
  draft.explain("ELE-7", "an administrator asks for elections");
  if (command.partitions.has_value()) {
    for (const ElectionItem& item : *command.partitions)
      answer.partitions.push_back(elect_one(draft, command.type, item, options));
    return answer;
  }
  next = command.type == ElectionType::kPreferred
             ? elect_preferred(draft, kFirstKey, options.step)
             : elect_for_leaderless(draft,
                                    draft.image().topics.index().leaderless(),
                                    kFirstKey,
                                    Unclean::kAlways,
                                    options);
  answer.partitions = elected_in(draft);
  answer.finished = !next.has_value();
  return answer;
}

AlterPartitionAnswer alter_partition(Draft& draft, const AlterPartition& command) {
  AlterPartitionAnswer answer;
  if (!is_current(draft.image().cluster, command.broker_id, command.broker_epoch)) {
    draft.explain("ISR-1", "epoch " + std::to_string(command.broker_epoch) + " is not registered");
    answer.error = v1::STALE_BROKER_EPOCH;
    return answer;
  }
  for (const AlterPartitionItem& item : command.partitions) {
    answer.partitions.push_back(alter_one(draft, command.broker_id, item));
  }
  return answer;
}

AllocateProducerIdsAnswer allocate_producer_ids(Draft& draft,
                                                const AllocateProducerIds& command,
                                                const ControlOptions& options) {
  AllocateProducerIdsAnswer answer;
  if (!is_current(draft.image().cluster, command.broker_id, command.broker_epoch)) {
    draft.explain("PID-1", "epoch " + std::to_string(command.broker_epoch) + " is not registered");
    answer.error = v1::STALE_BROKER_EPOCH;
    return answer;
  }
  const std::int64_t first = draft.image().producer_ids.next();
  if (first > std::numeric_limits<std::int64_t>::max() - options.producer_id_block) {
    draft.explain("PID-1", "producer ids are used up");
    answer.error = v1::POLICY_VIOLATION;
    return answer;
  }
  draft.explain("PID-1", "block from " + std::to_string(first));
  v1::Record record;
  v1::ProducerIds& ids = *record.mutable_producer_ids();
  ids.set_broker_id(command.broker_id);
  ids.set_broker_epoch(command.broker_epoch);
  ids.set_next_producer_id(first + options.producer_id_block);
  draft.append(std::move(record));
  answer.first = first;
  answer.count = options.producer_id_block;
  return answer;
}

}  // namespace quorate::controller
