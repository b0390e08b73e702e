// The part of ClusterChecker that looks at one step of the history: what a batch made of the image.
#include <algorithm>
#include <string>

#include "quorate/controller/v1/record.pb.h"

#include "controller/control/feature_table.h"
#include "controller/testing/cluster_checker.h"
#include "raft/testing/evidence.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::evidence;

std::string name(const MetadataImage& image, const TopicPartition& id) {
  const Topic* topic = image.topics.find(id.topic);
  return (topic == nullptr ? to_string(id.topic) : topic->name) + "-" +
         std::to_string(id.partition);
}

bool keeps_eligible(const MetadataImage& image) {
  return image.features.level(kEligibleLeadersFeature) > 0;
}

// Whether the two have a member in common.
bool overlap(const BrokerList& left, const BrokerList& right) {
  return std::any_of(left.begin(), left.end(), [&](BrokerId id) { return right.contains(id); });
}

}  // namespace

void ClusterChecker::check_step(const Step& step) {
  check_records(step);
  for (const TouchedPartition& touched : step.delta.partitions)
    check_partition(step, touched);
  check_leaders(step);
  check_features(step);
  check_configs(step);
  for (const NamedTopic& topic : step.delta.topics_created) {
    const Topic* named = step.after.topics.find(topic.name);
    if (!topic_ids_.insert(topic.id).second || named == nullptr) {
      fail("C19", evidence("topic ", topic.name, " has an id that was there before"));
    }
  }
  for (const NamedTopic& topic : step.delta.topics_removed)
    acked_.on_removed(topic.id);
}

void ClusterChecker::check_partition(const Step& step, const TouchedPartition& touched) {
  const Partition* was = step.before.topics.find(touched.id);
  const Partition* is = step.after.topics.find(touched.id);
  const auto where = [&] { return name(step.after, touched.id) + " isr " + to_string(is->isr); };
  if (is->leader != kNoBroker && !is->isr.contains(is->leader)) {
    fail("C11", evidence(where(), " leader ", is->leader));
  }
  if (!is->replicas.includes(is->isr) || is->isr.has_duplicates() ||
      (is->isr.empty() && !keeps_eligible(step.after))) {
    fail("C12", evidence(where(), " replicas ", to_string(is->replicas)));
  }
  if (overlap(is->isr, is->eligible()) || !is->replicas.includes(is->eligible()) ||
      is->eligible().has_duplicates()) {
    fail("C13", evidence(where(), " eligible ", to_string(is->eligible())));
  }
  const bool is_led_anew = was == nullptr || was->leader != is->leader;
  if (is->leader != kNoBroker && is_led_anew && !step.after.cluster.is_active(is->leader)) {
    fail("C10", evidence(where(), " gets the leader ", is->leader));
  }
  for (const BrokerId member : is->isr) {
    const bool is_new = was == nullptr || !was->isr.contains(member);
    if (is_new && !step.after.cluster.is_active(member)) {
      fail("C10", evidence(where(), " gets the member ", member));
    }
  }
  if (was != nullptr) return check_change(step, touched.id, *was, *is, touched.changes);
  bool are_registered = !is->replicas.empty() && !is->replicas.has_duplicates();
  for (const BrokerId replica : is->replicas)
    are_registered = are_registered && step.after.cluster.find(replica) != nullptr;
  if (!are_registered) fail("C18", evidence(where(), " replicas ", to_string(is->replicas)));
  const TopicPartition one_less{touched.id.topic, touched.id.partition - 1};
  if (touched.id.partition > 0 && step.after.topics.find(one_less) == nullptr) {
    fail("C20", where());
  }
}

void ClusterChecker::check_change(const Step& step,
                                  const TopicPartition& id,
                                  const Partition& was,
                                  const Partition& is,
                                  std::uint32_t changes) {
  const std::int64_t partition_steps = std::int64_t{is.partition_epoch} - was.partition_epoch;
  const std::int64_t leader_steps = std::int64_t{is.leader_epoch} - was.leader_epoch;
  const bool is_led_anew = was.leader != is.leader;
  if (partition_steps != changes || leader_steps < (is_led_anew ? 1 : 0) ||
      leader_steps > partition_steps) {
    fail("C14",
         evidence(name(step.after, id),
                  " leader ",
                  was.leader,
                  " -> ",
                  is.leader,
                  ", leader epoch ",
                  was.leader_epoch,
                  " -> ",
                  is.leader_epoch,
                  ", partition epoch ",
                  was.partition_epoch,
                  " -> ",
                  is.partition_epoch));
  }
  counts_.elections += is_led_anew && is.leader != kNoBroker ? 1U : 0U;
  counts_.moves += was.is_moving() && !is.is_moving() ? 1U : 0U;
  // What is asked for meanwhile may be there at once.
  const std::string& rule = step.batch.cause().rule();
  const bool is_asked = rule.starts_with("RAS") || rule.starts_with("OPS-6");
  if (changes == 1 && !is_asked) check_movement(id, was, is);
  note_losses(id, was, is);
}

void ClusterChecker::check_movement(const TopicPartition& id,
                                    const Partition& was,
                                    const Partition& is) {
  const auto text = [&] {
    return evidence(to_string(id.topic),
                    '-',
                    id.partition,
                    ' ',
                    to_string(was.replicas),
                    " -> ",
                    to_string(is.replicas));
  };
  if (was.is_moving() && !is.is_moving()) {
    const bool is_there = is.replicas == was.target_replicas();
    const bool is_back = is.replicas == was.movement().original;
    if (!is_there && !is_back) fail("C21", text());
    if (is_there && !is_back && !is.replicas.includes(is.isr)) fail("C21", text());
  }
  if (!was.is_moving() && is.is_moving() && !(is.movement().original == was.replicas)) {
    fail("C21", text());
  }
}

// Who has nothing of what was acknowledged leads, or is in sync alone: it must say that it
// recovers.
void ClusterChecker::note_losses(const TopicPartition& id,
                                 const Partition& was,
                                 const Partition& is) {
  if (is.isr.empty()) return;
  if (overlap(is.isr, was.isr) || overlap(is.isr, was.eligible())) return;
  // With the last of the target in sync, those that go leave at once; the leader had all of them.
  const bool has_moved = was.is_moving() && !is.is_moving() && was.leader != kNoBroker &&
                         is.replicas == was.target_replicas() && !is.recovering;
  if (has_moved) return;
  if (!is.recovering) {
    fail("C11",
         evidence(to_string(id.topic),
                  '-',
                  id.partition,
                  " was in sync with ",
                  to_string(was.isr),
                  " and is with ",
                  to_string(is.isr),
                  ", and nobody says so"));
  }
  acked_.may_be_lost(id, is.leader_epoch);
}

void ClusterChecker::check_records(const Step& step) {
  std::uint64_t offset = step.batch.base_offset();
  for (const v1::Record& record : step.batch.records()) {
    if (record.has_register_broker()) check_registration(step, record.register_broker(), offset);
    if (record.has_request_done()) {
      const v1::RequestDone& done = record.request_done();
      if (!requests_.emplace(done.principal(), done.request_id()).second) {
        fail("ONCE", evidence(done.method(), ' ', done.request_id(), " of ", done.principal()));
      }
    }
    ++offset;
  }
}

void ClusterChecker::check_registration(const Step& step,
                                        const v1::RegisterBroker& record,
                                        std::uint64_t offset) {
  const BrokerId id = record.broker_id();
  const Uuid incarnation{record.incarnation().high(), record.incarnation().low()};
  const BrokerRegistration* was = step.before.cluster.find(id);
  if (was != nullptr && was->incarnation == incarnation) return;  // the same process once more
  if (record.broker_epoch() != offset ||
      (epochs_.contains(id) && epochs_[id] >= record.broker_epoch())) {
    fail("C8", evidence("broker ", id, " gets the epoch ", record.broker_epoch(), " at ", offset));
  }
  epochs_[id] = record.broker_epoch();
  const auto process = processes_.find({id, incarnation});
  if (process == processes_.end() || process->second.has_proof) return;
  for (const auto& [topic_id, topic] : step.after.topics.by_id()) {
    for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at) {
      const bool is_last = one->isr == BrokerList{id} && !keeps_eligible(step.after);
      if ((one->isr.contains(id) && !is_last) || one->eligible().contains(id)) {
        fail("C15", evidence("broker ", id, " in ", topic->name, '-', at));
      }
      if (is_last && process->second.has_lost) {
        acked_.may_be_lost({topic_id, at}, one->leader_epoch + 1);
      }
    }
  }
}

void ClusterChecker::check_leaders(const Step& step) {
  for (const BrokerId id : step.delta.brokers) {
    const BrokerRegistration* broker = step.after.cluster.find(id);
    if (broker != nullptr && !broker->fenced) continue;
    for (const auto& [topic_id, topic] : step.after.topics.by_id()) {
      for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at) {
        if (one->leader == id)
          fail("C10", evidence("broker ", id, " leads ", topic->name, '-', at));
      }
    }
  }
}

void ClusterChecker::check_features(const Step& step) {
  const bool has_record = std::any_of(
      step.batch.records().begin(), step.batch.records().end(), [](const v1::Record& one) {
        return one.has_feature_level();
      });
  for (const auto& [feature, level] : step.after.features.levels()) {
    if (step.before.features.level(feature) == level) continue;
    if (!has_record) fail("C24", evidence(feature, " is at ", level, " without a record"));
    for (const auto& [id, broker] : step.after.cluster.brokers()) {
      const auto supports = [&](const FeatureRange& range) {
        return range.name == feature && range.min_level <= level && level <= range.max_level;
      };
      const auto& ranges = broker->features;
      if (level > 0 && std::none_of(ranges.begin(), ranges.end(), supports)) {
        fail("C24", evidence("broker ", id, " cannot work with ", feature, " at ", level));
      }
    }
  }
}

void ClusterChecker::check_configs(const Step& step) {
  if (step.delta.topics_removed.empty() && step.delta.configs.empty()) return;
  for (const auto& [resource, values] : step.after.configs.resources()) {
    if (resource.type != ConfigResourceType::kTopic) continue;
    if (step.after.topics.find(std::string_view(resource.name)) == nullptr) {
      fail("C29", evidence("topic ", resource.name));
    }
  }
}

}  // namespace quorate::controller::testing
