#include "controller/control/election.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/control/partition_change.h"
#include "controller/image/config_origin.h"

namespace quorate::controller {
namespace {

// Rules of topics, those of the topic asked about last remembered: partitions of one come after
// each other. The draft changes no configuration meanwhile.
class RulesByTopic {
 public:
  // `otherwise` is for topics that say nothing about unclean elections.
  RulesByTopic(const MetadataImage& image, UncleanRule otherwise)
      : image_(image), otherwise_(std::move(otherwise)) {}

  [[nodiscard]] const TopicRules& of(const Uuid& topic) {
    if (!(topic == topic_)) {
      topic_ = topic;
      rules_ = rules_of(image_, topic, otherwise_);
    }
    return rules_;
  }

 private:
  const MetadataImage& image_;
  const UncleanRule otherwise_;
  Uuid topic_;
  TopicRules rules_;
};

// No encoded change of the partition is larger.
std::size_t change_bytes_max(const Partition& partition) {
  constexpr std::size_t kFixed = 80;   // topic id, numbers, tags
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

bool UncleanRule::allows(BrokerId id) const {
  return std::binary_search(exceptions.begin(), exceptions.end(), id) != allowed;
}

UncleanRule unclean_rule(const MetadataImage& image, const ControlOptions& options) {
  UncleanRule rule;
  const ConfigView view{image.configs, kNoBroker, &options.statics};
  rule.allowed = effective_broker_config(view, kUncleanElectionKey).value == "true";
  const auto& resources = image.configs.resources();
  for (auto at = resources.lower_bound(cluster_resource()); at != resources.end(); ++at) {
    const ConfigMap& own = *(*at).value;
    const auto set = own.find(kUncleanElectionKey);
    const std::optional<BrokerId> broker = broker_of((*at).key);
    if (!broker || set == own.end()) continue;
    if ((set->second == "true") != rule.allowed) rule.exceptions.push_back(*broker);
  }
  std::sort(rule.exceptions.begin(), rule.exceptions.end());
  return rule;
}

TopicRules rules_of(const MetadataImage& image, const Uuid& id, const UncleanRule& otherwise) {
  TopicRules rules{image.features.level(kEligibleLeadersFeature) > 0, otherwise};
  const Topic* topic = image.topics.find(id);
  if (topic == nullptr) return rules;
  const ConfigView view{image.configs};
  const ConfigOrigin unclean = effective_topic_config(view, topic->name, kUncleanElectionKey);
  if (unclean.source == ConfigSource::kTopic) rules.unclean = {unclean.value == "true", {}};
  if (rules.keeps_eligible) {
    rules.min_insync =
        static_cast<std::size_t>(effective_topic_number(view, topic->name, kMinInsyncKey));
  }
  return rules;
}

std::size_t min_isr(const TopicRules& rules, const Partition& partition) {
  return std::min(rules.min_insync, partition.replicas.size());
}

namespace {

// Who elects: the candidates of a partition.
class Candidates {
 public:
  Candidates(const ClusterImage& cluster,
             const Partition& partition,
             const BrokerList& isr,
             Leaving leaving)
      : cluster_(cluster), partition_(partition), isr_(isr), leaving_(leaving) {}

  [[nodiscard]] bool is_acceptable(BrokerId id) const {
    return id != leaving_.broker && cluster_.is_active(id);
  }
  [[nodiscard]] bool is_in_sync(BrokerId id) const {
    return isr_.contains(id) && is_acceptable(id);
  }
  [[nodiscard]] BrokerId first_in_sync() const {
    return first([this](BrokerId id) { return is_in_sync(id); });
  }
  // Nobody who is in maintenance.
  [[nodiscard]] bool is_preferable(BrokerId id) const {
    return is_in_sync(id) && !cluster_.is_in_maintenance(id);
  }
  // One that is only being added may have nothing yet: last.
  [[nodiscard]] BrokerId first_unclean(const UncleanRule& rule) const {
    const BrokerList& adding = partition_.movement().adding;
    const auto may_lead = [&](BrokerId id) { return is_acceptable(id) && rule.allows(id); };
    const BrokerId id = first([&](BrokerId one) { return may_lead(one) && !adding.contains(one); });
    return id != kNoBroker ? id : first(may_lead);
  }
  [[nodiscard]] BrokerId first_eligible() const {
    return first(
        [this](BrokerId id) { return is_acceptable(id) && partition_.eligible().contains(id); });
  }

 private:
  // In replica order, those in maintenance last (OPS-3).
  template <typename IsGood>
  [[nodiscard]] BrokerId first(IsGood is_good) const {
    BrokerId last = kNoBroker;
    for (const BrokerId id : partition_.replicas) {
      if (!is_good(id)) continue;
      if (!cluster_.is_in_maintenance(id)) return id;
      if (last == kNoBroker) last = id;
    }
    return last;
  }

  const ClusterImage& cluster_;
  const Partition& partition_;
  const BrokerList& isr_;
  const Leaving leaving_;
};

// Nobody in sync is left.
PartitionTarget elect_outside_isr(const Candidates& candidates,
                                  const Partition& partition,
                                  const BrokerList& isr,
                                  const TopicRules& rules,
                                  ElectionType type) {
  const auto alone = [](BrokerId id, bool recovering) {
    return PartitionTarget{BrokerList{id}, id, recovering, {}, kNoBroker};
  };
  const bool is_empty = rules.keeps_eligible && isr.empty();
  if (const BrokerId id = candidates.first_eligible(); is_empty && id != kNoBroker) {
    return alone(id, partition.recovering);
  }
  const BrokerId last = partition.last_known_leader();
  if (is_empty && partition.eligible().empty() && last != kNoBroker &&
      candidates.is_acceptable(last) && partition.replicas.contains(last)) {
    return alone(last, true);
  }
  // A preferred election is never unclean; one that is asked for as unclean does not look at what
  // is configured.
  const UncleanRule rule{type == ElectionType::kUnclean, {}};
  const BrokerId unclean =
      candidates.first_unclean(type == ElectionType::kOnline ? rules.unclean : rule);
  if (unclean != kNoBroker) return alone(unclean, true);
  return {isr, kNoBroker, partition.recovering, {}, kNoBroker};
}

// Who left an ISR that is too small now, or was eligible before, is eligible; in replica order.
void keep_eligible(PartitionTarget& target,
                   const Partition& partition,
                   const TopicRules& rules,
                   Leaving leaving) {
  const BrokerId leader = target.leader;
  const bool is_lossy = leader != kNoBroker && !partition.isr.contains(leader) &&
                        !partition.eligible().contains(leader);
  std::vector<BrokerId> eligible;
  for (const BrokerId id : partition.replicas) {
    const bool was = partition.isr.contains(id) || partition.eligible().contains(id);
    const bool is_lost = leaving.is_unclean && id == leaving.broker;
    if (was && !is_lost && !target.isr.contains(id)) eligible.push_back(id);
  }
  const bool is_small = target.isr.size() < min_isr(rules, partition);
  if (is_small && !is_lossy) target.eligible = BrokerList(eligible);
  if (!target.isr.empty()) return;
  // From before eligible leaders were kept: the last one in sync led last.
  const bool was_alone = partition.leader == kNoBroker && partition.isr.contains(leaving.broker);
  const BrokerId led = was_alone ? leaving.broker : partition.leader;
  const BrokerId last = partition.last_known_leader();
  target.last_known_leader = last == kNoBroker ? led : last;
}

}  // namespace

PartitionTarget elect(const ClusterImage& cluster,
                      const Partition& partition,
                      const BrokerList& isr,
                      const TopicRules& rules,
                      ElectionType type,
                      Leaving leaving) {
  const Candidates candidates(cluster, partition, isr, leaving);
  const bool is_preferred =
      type == ElectionType::kPreferred && candidates.is_preferable(partition.preferred_leader());
  const BrokerId stays = candidates.is_in_sync(partition.leader) ? partition.leader : kNoBroker;
  PartitionTarget target{isr,
                         is_preferred ? partition.preferred_leader() : stays,
                         partition.recovering,
                         {},
                         kNoBroker};
  if (target.leader == kNoBroker) target.leader = candidates.first_in_sync();
  if (target.leader == kNoBroker) {
    target = elect_outside_isr(candidates, partition, isr, rules, type);
  }
  if (rules.keeps_eligible) keep_eligible(target, partition, rules, leaving);
  return target;
}

PartitionTarget with_isr(const Partition& partition,
                         const BrokerList& isr,
                         const TopicRules& rules) {
  PartitionTarget target{isr, partition.leader, partition.recovering, {}, kNoBroker};
  if (rules.keeps_eligible) keep_eligible(target, partition, rules, {});
  return target;
}

Resume release_partitions(Draft& draft,
                          Leaving leaving,
                          const PartitionKeys& keys,
                          PartitionKey from,
                          const ControlOptions& options) {
  const BrokerId id = leaving.broker;
  RulesByTopic rules(draft.image(), unclean_rule(draft.image(), options));
  const auto isr_without = [&](const Partition& partition, const TopicRules& topic) {
    const bool may_go = partition.isr.size() > 1 || topic.keeps_eligible;
    return may_go && partition.isr.contains(id) ? partition.isr.without(id) : partition.isr;
  };
  const bool keeps_eligible = draft.image().features.level(kEligibleLeadersFeature) > 0;
  const auto is_touched = [&](const TopicPartition& /*at*/, const Partition& partition) {
    const bool is_alone = partition.isr.size() == 1 && !keeps_eligible;
    return partition.leader == id || (!is_alone && partition.isr.contains(id)) ||
           (leaving.is_unclean && partition.eligible().contains(id));
  };
  const Picked picked = pick(draft.image().topics, keys, from, options.step, is_touched);
  for (const TopicPartition& at : picked.ids) {
    const Partition& partition = *draft.image().topics.find(at);
    const TopicRules& topic = rules.of(at.topic);
    const BrokerList isr = isr_without(partition, topic);
    append_change(
        draft,
        at,
        elect(draft.image().cluster, partition, isr, topic, ElectionType::kOnline, leaving));
  }
  return picked.next;
}

Resume elect_for_leaderless(Draft& draft,
                            const PartitionKeys& keys,
                            PartitionKey from,
                            Unclean unclean,
                            const ControlOptions& options) {
  RulesByTopic rules(draft.image(), unclean_rule(draft.image(), options));
  const ElectionType type =
      unclean == Unclean::kAlways ? ElectionType::kUnclean : ElectionType::kOnline;
  const auto elected = [&](const TopicPartition& id, const Partition& partition) {
    const TopicRules& topic = rules.of(id.topic);
    return elect(draft.image().cluster, partition, partition.isr, topic, type);
  };
  const auto is_electable = [&](const TopicPartition& id, const Partition& partition) {
    return partition.leader == kNoBroker && elected(id, partition).leader != kNoBroker;
  };
  const Picked picked = pick(draft.image().topics, keys, from, options.step, is_electable);
  for (const TopicPartition& id : picked.ids)
    append_change(draft, id, elected(id, *draft.image().topics.find(id)));
  return picked.next;
}

Resume move_leaders_away(Draft& draft, BrokerId id, PartitionKey from, const StepOptions& step) {
  RulesByTopic rules(draft.image(), {});
  const ClusterImage& cluster = draft.image().cluster;
  const auto successor = [&](const Partition& partition) {
    const BrokerId next = Candidates(cluster, partition, partition.isr, {id}).first_in_sync();
    return cluster.is_in_maintenance(next) ? kNoBroker : next;
  };
  const auto is_movable = [&](const TopicPartition& /*at*/, const Partition& partition) {
    return partition.leader == id && successor(partition) != kNoBroker;
  };
  const TopicsImage& topics = draft.image().topics;
  const Picked picked = pick(topics, topics.index().of(id).replicas, from, step, is_movable);
  for (const TopicPartition& at : picked.ids) {
    const Partition& partition = *draft.image().topics.find(at);
    PartitionTarget target = with_isr(partition, partition.isr, rules.of(at.topic));
    target.leader = successor(partition);
    append_change(draft, at, std::move(target));
  }
  return picked.next;
}

Resume elect_preferred(Draft& draft, PartitionKey from, const StepOptions& step) {
  RulesByTopic rules(draft.image(), {});
  const auto elected = [&](const TopicPartition& id, const Partition& partition) {
    return elect(draft.image().cluster,
                 partition,
                 partition.isr,
                 rules.of(id.topic),
                 ElectionType::kPreferred);
  };
  const auto is_movable = [&](const TopicPartition& id, const Partition& partition) {
    return elected(id, partition).leader == partition.preferred_leader();
  };
  const TopicsImage& topics = draft.image().topics;
  const Picked picked = pick(topics, topics.index().imbalanced(), from, step, is_movable);
  for (const TopicPartition& id : picked.ids)
    append_change(draft, id, elected(id, *draft.image().topics.find(id)));
  return picked.next;
}

}  // namespace quorate::controller
