#include "controller/control/reassignment.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/election.h"
#include "controller/control/partition_change.h"

namespace quorate::controller {
namespace {

struct Refusal {
  v1::ErrorCode error = v1::NONE;
  std::string message;
};

// Those of `list` that are not in `other`, sorted.
BrokerList difference(const BrokerList& list, const BrokerList& other) {
  std::vector<BrokerId> rest;
  for (const BrokerId id : list) {
    if (!other.contains(id)) rest.push_back(id);
  }
  std::sort(rest.begin(), rest.end());
  return BrokerList(rest);
}

BrokerList intersection(const BrokerList& list, const BrokerList& other) {
  std::vector<BrokerId> both;
  for (const BrokerId id : list) {
    if (other.contains(id)) both.push_back(id);
  }
  return BrokerList(both);
}

Assignment assignment_to(const Partition& partition, const BrokerList& target) {
  const BrokerList& original =
      partition.is_moving() ? partition.movement().original : partition.replicas;
  Movement movement{difference(target, original), difference(partition.replicas, target), {}};
  std::vector<BrokerId> replicas(target.begin(), target.end());
  replicas.insert(replicas.end(), movement.removing.begin(), movement.removing.end());
  if (!movement.adding.empty() || !movement.removing.empty()) movement.original = original;
  return {BrokerList(replicas), std::move(movement)};
}

// RAS-8.
Refusal fault_of_target(const ClusterImage& cluster,
                        const Partition& partition,
                        const BrokerList& target,
                        const AlterReassignments& command) {
  if (target.empty()) return {v1::INVALID_REPLICA_ASSIGNMENT, "the target has no replica"};
  if (target.has_duplicates()) {
    return {v1::INVALID_REPLICA_ASSIGNMENT, "the target names a broker twice"};
  }
  for (const BrokerId id : target) {
    const BrokerRegistration* broker = cluster.find(id);
    const std::string name = "broker " + std::to_string(id) + " of the target";
    if (broker == nullptr) return {v1::INVALID_REPLICA_ASSIGNMENT, name + " is not registered"};
    const bool is_new = !partition.replicas.contains(id);
    if (is_new && !broker->takes_replicas() && command.cordons == Cordons::kRespected) {
      return {v1::INVALID_REPLICA_ASSIGNMENT, name + " is cordoned: it gets no new replicas"};
    }
  }
  const std::size_t factor = partition.target_replicas().size();
  if (command.factor_change == FactorChange::kRefused && target.size() != factor) {
    return {v1::INVALID_REPLICATION_FACTOR,
            "the target has " + std::to_string(target.size()) + " replicas where there are " +
                std::to_string(factor) + ", which was not to change"};
  }
  return {};
}

void reassign(Draft& draft,
              const TopicPartition& id,
              const BrokerList& target,
              const UncleanRule& unclean) {
  const Partition& before = *draft.image().topics.find(id);
  Partition after = before;
  const Assignment assignment = assignment_to(before, target);
  after.replicas = assignment.replicas;
  after.set_movement(assignment.movement);
  const TopicRules rules = rules_of(draft.image(), id.topic, unclean);
  // Where nobody leads there may be somebody now who can.
  PartitionTarget to =
      before.leader == kNoBroker
          ? elect(draft.image().cluster, after, before.isr, rules, ElectionType::kOnline)
          : with_isr(after, before.isr, rules);
  to.assignment = assignment;
  append_change(draft, id, std::move(to));
}

// RAS-6, RAS-7.
Refusal cancel(Draft& draft, const TopicPartition& id, const UncleanRule& unclean) {
  const Partition& before = *draft.image().topics.find(id);
  if (!before.is_moving()) {
    return {v1::NO_REASSIGNMENT_IN_PROGRESS, "no reassignment of it is under way"};
  }
  const BrokerList original = before.movement().original;
  Partition after = before;
  after.replicas = original;
  after.set_movement({});
  PartitionTarget to = elect(draft.image().cluster,
                             after,
                             intersection(before.isr, original),
                             rules_of(draft.image(), id.topic, unclean),
                             ElectionType::kOnline);
  // Who led last, and is no replica of the original ones, would never lead again.
  const BrokerId last = before.last_known_leader();
  const bool had_survivors = !before.isr.empty() || !before.eligible().empty() ||
                             (last != kNoBroker && !original.contains(last));
  if (had_survivors && to.isr.empty() && to.eligible.empty()) {
    return {v1::INVALID_REPLICA_ASSIGNMENT,
            "none of the original replicas " + to_string(original) +
                " is in sync; unclean.leader.election.enable and an active one of them would lose "
                "what only the others have"};
  }
  to.assignment = Assignment{original, {}};
  append_change(draft, id, std::move(to));
  return {};
}

Refusal alter_one(Draft& draft,
                  const ReassignmentItem& item,
                  const AlterReassignments& command,
                  const UncleanRule& unclean,
                  std::size_t records_max) {
  const Topic* topic = draft.image().topics.find(item.topic);
  const Partition* partition = topic == nullptr ? nullptr : topic->find(item.partition);
  if (partition == nullptr) {
    return {v1::UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition"};
  }
  const TopicPartition id{topic->id, item.partition};
  if (item.target.has_value()) {
    const BrokerList target(*item.target);
    Refusal refusal = fault_of_target(draft.image().cluster, *partition, target, command);
    if (refusal.error != v1::NONE) return refusal;
  }
  if (draft.record_count() >= records_max) {
    return {v1::POLICY_VIOLATION, "the request would write too many records"};
  }
  if (!item.target.has_value()) return cancel(draft, id, unclean);
  reassign(draft, id, BrokerList(*item.target), unclean);
  return {};
}

}  // namespace

AlterReassignmentsAnswer alter_reassignments(Draft& draft,
                                             const AlterReassignments& command,
                                             const ControlOptions& options) {
  std::map<std::pair<std::string_view, std::int32_t>, std::size_t> times_named;
  for (const ReassignmentItem& item : command.partitions)
    ++times_named[{item.topic, item.partition}];
  draft.explain("RAS-1", "an administrator moves partitions");
  const UncleanRule unclean = unclean_rule(draft.image(), options);
  AlterReassignmentsAnswer answer;
  for (const ReassignmentItem& item : command.partitions) {
    Refusal refusal{v1::INVALID_REQUEST, "the request names this partition twice"};
    if (times_named[{item.topic, item.partition}] == 1) {
      refusal = alter_one(draft, item, command, unclean, options.request_records_max);
    }
    if (refusal.error != v1::NONE) {
      draft.explain(
          "RAS-8",
          item.topic.substr(0, 64) + "-" + std::to_string(item.partition) + ": " + refusal.message);
    }
    answer.partitions.push_back(
        {item.topic, item.partition, refusal.error, std::move(refusal.message)});
  }
  return answer;
}

void begin_move(Draft& draft,
                const TopicPartition& id,
                const BrokerList& target,
                const ControlOptions& options) {
  reassign(draft, id, target, unclean_rule(draft.image(), options));
}

void cancel_move(Draft& draft, const TopicPartition& id, const ControlOptions& options) {
  const Refusal refusal = cancel(draft, id, unclean_rule(draft.image(), options));
  if (refusal.error != v1::NONE) draft.explain("RAS-6", refusal.message);
}

std::vector<TopicPartition> reassignments_under_way(const MetadataImage& image) {
  std::vector<std::pair<std::string_view, TopicPartition>> named;
  for (const auto& item : image.topics.index().moving()) {
    const TopicPartition id = image.topics.resolve(item.key);
    named.emplace_back(image.topics.find(id.topic)->name, id);
  }
  std::sort(named.begin(), named.end());
  std::vector<TopicPartition> ids;
  for (const auto& [name, id] : named)
    ids.push_back(id);
  return ids;
}

}  // namespace quorate::controller
