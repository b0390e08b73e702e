#include "broker-stub/replica/replicas.h"

#include <algorithm>
#include <set>
#include <utility>

#include "broker-stub/replica/topic_ids.h"
#include "controller/image/config_origin.h"

namespace quorate::broker {
namespace {

using controller::ConfigView;
using controller::MetadataImage;
using controller::TopicPartition;

LogName log_name(const std::string& topic, const TopicPartition& id) {
  return {topic, id.partition};
}

std::int64_t offset_in(const OffsetCheckpoint& offsets, const LogName& name) {
  const auto found = offsets.find(name);
  return found == offsets.end() ? 0 : found->second;
}

std::int64_t min_insync(const ConfigView& configs, const std::string& topic) {
  return controller::effective_topic_number(configs, topic, controller::kMinInsyncKey);
}

// What is set about the topic's segments and syncs; else what the broker was told.
PartitionLogOptions log_options(const ConfigView& configs,
                                const std::string& topic,
                                PartitionLogOptions options) {
  const auto number = [&](std::string_view key, std::uint64_t otherwise) {
    const auto set = controller::effective_topic_config(configs, topic, key);
    if (set.source == controller::ConfigSource::kBuiltIn) return otherwise;
    return static_cast<std::uint64_t>(controller::effective_topic_number(configs, topic, key));
  };
  options.segment_bytes = number("segment.bytes", options.segment_bytes);
  options.flush_interval_messages = number("flush.messages", options.flush_interval_messages);
  return options;
}

}  // namespace

Replicas::Replicas(ReplicasOptions options,
                   LogDirectory& directory,
                   const Clock& clock,
                   OnPartitionEvent on_event)
    : options_(options),
      directory_(directory),
      clock_(clock),
      on_event_(std::move(on_event)),
      waiters_(options.watches_max) {}

Result<std::unique_ptr<Replicas>> Replicas::open(ReplicasOptions options,
                                                 LogDirectory& directory,
                                                 const Clock& clock,
                                                 OnPartitionEvent on_event) {
  auto high_watermarks = directory.high_watermarks();
  if (!high_watermarks.is_ok()) {
    if (high_watermarks.status().code() != Code::kCorruption) return high_watermarks.status();
    high_watermarks = OffsetCheckpoint{};  // they only begin lower, and rise again
  }
  auto recovery_points = directory.recovery_points();
  if (!recovery_points.is_ok()) return recovery_points.status();
  std::unique_ptr<Replicas> replicas(new Replicas(options, directory, clock, std::move(on_event)));
  replicas->high_watermarks_ = *std::move(high_watermarks);
  replicas->recovery_points_ = *std::move(recovery_points);
  return replicas;
}

void Replicas::apply(const PartitionPlan& plan, const MetadataImage& image) {
  for (const DroppedReplica& dropped : plan.drop)
    drop(dropped);
  for (const PlannedReplica& planned : plan.keep) {
    const auto found = partitions_.find(planned.id);
    Partition& partition =
        found == partitions_.end() ? open_partition(planned, image) : *found->second;
    if (planned.role == ReplicaRole::kLeader) {
      partition.lead(
          planned.state, min_insync({image.configs, options_.me}, planned.topic), now_ms());
    } else {
      partition.follow(planned.state);
    }
  }
}

Partition& Replicas::open_partition(const PlannedReplica& planned, const MetadataImage& image) {
  const TopicPartition id = planned.id;
  const LogName name = log_name(planned.topic, id);
  const auto open_log = [&]() -> Result<std::unique_ptr<PartitionLog>> {
    const kafka::Uuid topic_id = to_kafka(id.topic);
    const auto known = directory_.owner_of(name);
    if (!known.is_ok()) return known.status();
    // Offsets were checkpointed under the name: they speak of that topic id only.
    if (*known != topic_id) {
      high_watermarks_.erase(name);
      recovery_points_.erase(name);
    }
    const auto path = directory_.claim(name, topic_id);
    if (!path.is_ok()) return path.status();
    return PartitionLog::open(
        *path,
        log_options({image.configs, options_.me}, planned.topic, options_.log),
        offset_in(recovery_points_, name));
  };
  auto log = open_log();
  std::unique_ptr<Partition> partition;
  if (log.is_ok()) {
    partition = std::make_unique<Partition>(PartitionName{id, planned.topic},
                                            options_.me,
                                            options_.leader,
                                            *std::move(log),
                                            offset_in(high_watermarks_, name),
                                            on_event_,
                                            [this, id] { waiters_.wake(id); });
  } else {
    partition = std::make_unique<Partition>(
        PartitionName{id, planned.topic}, options_.me, log.status(), on_event_);
  }
  return *partitions_.insert_or_assign(id, std::move(partition)).first->second;
}

void Replicas::drop(const DroppedReplica& dropped) {
  const auto found = partitions_.find(dropped.id);
  if (found == partitions_.end()) return;
  partitions_.erase(found);
  waiters_.wake(dropped.id);
  const LogName name = log_name(dropped.topic, dropped.id);
  high_watermarks_.erase(name);
  recovery_points_.erase(name);
  const kafka::Uuid id = to_kafka(dropped.id.topic);
  const Status done = dropped.reason == DropReason::kLeftBehind ? directory_.set_aside(name, id)
                                                                : directory_.remove(name, id);
  tell_disk(dropped.topic, dropped.id.partition, done);
}

void Replicas::tell_disk(const std::string& topic, std::int32_t partition, const Status& status) {
  if (status.is_ok()) return;
  on_event_({.kind = PartitionEvent::Kind::kOffline,
             .topic = topic,
             .partition = partition,
             .leader_epoch = -1,
             .detail = to_string(status)});
}

void Replicas::tidy(const MetadataImage& image) {
  const auto found = directory_.find_logs();
  if (!found.is_ok()) return tell_disk("", -1, found.status());
  for (const FoundLog& log : *found) {
    const TopicPartition id{from_kafka(log.topic_id), log.name.second};
    if (partitions_.contains(id)) continue;
    const bool deleted = image.topics.find(id.topic) == nullptr;
    tell_disk(log.name.first,
              log.name.second,
              deleted ? directory_.remove(log.name, log.topic_id)
                      : directory_.set_aside(log.name, log.topic_id));
  }
}

void Replicas::reconfigure(const MetadataImage& image) {
  for (const auto& [id, partition] : partitions_) {
    partition->set_log_options(
        log_options({image.configs, options_.me}, partition->name().topic, options_.log));
    if (!partition->is_leader()) continue;
    partition->set_min_insync_replicas(
        min_insync({image.configs, options_.me}, partition->name().topic));
  }
}

Partition* Replicas::find(const TopicPartition& id) {
  const auto found = partitions_.find(id);
  return found == partitions_.end() ? nullptr : found->second.get();
}

std::vector<Partition*> Replicas::following(BrokerId leader) {
  std::vector<Partition*> wanted;
  for (const auto& [id, partition] : partitions_) {
    const bool follows = !partition->is_leader() && partition->is_online();
    if (follows && partition->leader() == leader) wanted.push_back(partition.get());
  }
  return wanted;
}

std::vector<BrokerId> Replicas::leaders() {
  std::set<BrokerId> ids;
  for (const auto& [id, partition] : partitions_) {
    if (partition->is_leader() || !partition->is_online()) continue;
    if (partition->leader() >= 0 && partition->leader() != options_.me) {
      ids.insert(partition->leader());
    }
  }
  return {ids.begin(), ids.end()};
}

std::vector<ProposedIsr> Replicas::propose(const MetadataImage& image, std::size_t max) {
  std::vector<ProposedIsr> proposed;
  const auto is_active = [&](BrokerId id) { return image.cluster.is_active(id); };
  for (const auto& [id, partition] : partitions_) {
    if (proposed.size() >= max) break;
    const auto proposal = partition->propose(now_ms(), is_active);
    if (proposal) proposed.push_back({id, *proposal});
  }
  return proposed;
}

void Replicas::on_proposal_outcome(const ProposedIsr& proposed,
                                   ProposalOutcome outcome,
                                   const std::optional<controller::Partition>& accepted) {
  Partition* partition = find(proposed.id);
  if (partition == nullptr) return;
  partition->on_proposal_outcome(proposed.proposal, outcome, accepted, now_ms());
}

Status Replicas::checkpoint() {
  // Partitions that have not been opened yet keep what was read.
  OffsetCheckpoint high_watermarks = high_watermarks_;
  OffsetCheckpoint recovery_points = recovery_points_;
  for (const auto& [id, partition] : partitions_) {
    if (!partition->is_online()) continue;
    const LogName name = log_name(partition->name().topic, id);
    high_watermarks[name] = partition->high_watermark();
    recovery_points[name] = partition->log().recovery_point();
  }
  QUORATE_TRY(directory_.save_high_watermarks(high_watermarks));
  if (recovery_points == saved_recovery_points_) return {};
  QUORATE_TRY(directory_.save_recovery_points(recovery_points));
  saved_recovery_points_ = std::move(recovery_points);
  return {};
}

Status Replicas::close() {
  for (const auto& [id, partition] : partitions_)
    QUORATE_TRY(partition->flush_and_close());
  return checkpoint();
}

ReplicaCounts Replicas::counts() const {
  ReplicaCounts counts{.partitions = partitions_.size()};
  for (const auto& [id, partition] : partitions_) {
    if (!partition->is_online()) ++counts.offline;
    const LeaderState* leading = partition->leading();
    if (leading == nullptr) continue;
    ++counts.leaders;
    // Those that are being added are not missed yet.
    const controller::Movement& movement = partition->state().movement();
    if (!movement.is_none()) ++counts.reassigning;
    if (leading->isr().size() + movement.adding.size() < leading->replicas().size()) {
      ++counts.under_replicated;
    }
    if (!leading->has_min_isr()) ++counts.under_min_isr;
  }
  return counts;
}

}  // namespace quorate::broker
