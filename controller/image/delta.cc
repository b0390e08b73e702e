#include "controller/image/delta.h"

#include <algorithm>
#include <array>
#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"
#include "controller/image/security_records.h"
#include "raft/base/check.h"

namespace quorate::controller {
namespace {

template <typename T>
void sort_unique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

void sort_unique(std::vector<NamedTopic>& topics) {
  const auto by_id = [](const NamedTopic& a, const NamedTopic& b) { return a.id < b.id; };
  std::sort(topics.begin(), topics.end(), by_id);
  topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
}

bool has(const std::vector<NamedTopic>& sorted, const Uuid& id) {
  const auto found = std::lower_bound(
      sorted.begin(), sorted.end(), id, [](const NamedTopic& topic, const Uuid& wanted) {
        return topic.id < wanted;
      });
  return found != sorted.end() && found->id == id;
}

// Sorts, and adds up the changes of each partition.
void sort_merge(std::vector<TouchedPartition>& partitions) {
  const auto is_before = [](const auto& a, const auto& b) { return a.id < b.id; };
  if (!std::is_sorted(partitions.begin(), partitions.end(), is_before)) {
    std::sort(partitions.begin(), partitions.end(), is_before);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (kept > 0 && partitions[kept - 1].id == partitions[i].id) {
      partitions[kept - 1].changes += partitions[i].changes;
    } else {
      partitions[kept++] = partitions[i];
    }
  }
  partitions.resize(kept);
}

void settle(MetadataDelta& delta) {
  sort_unique(delta.brokers);
  sort_unique(delta.topics_created);
  sort_unique(delta.topics_removed);
  sort_unique(delta.configs);
  sort_unique(delta.features);
  const auto is_gone = [&](const Uuid& id) { return has(delta.topics_removed, id); };
  if (!delta.topics_removed.empty()) {
    std::erase_if(delta.topics_created, [&](const NamedTopic& topic) { return is_gone(topic.id); });
    std::erase_if(delta.partitions,
                  [&](const TouchedPartition& one) { return is_gone(one.id.topic); });
  }
  sort_merge(delta.partitions);
}

template <typename T>
void concatenate(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void MetadataDelta::append(const MetadataDelta& later) {
  QUORATE_CHECK(later.base_offset == end_offset);
  end_offset = later.end_offset;
  concatenate(brokers, later.brokers);
  concatenate(topics_created, later.topics_created);
  concatenate(topics_removed, later.topics_removed);
  concatenate(partitions, later.partitions);
  concatenate(configs, later.configs);
  concatenate(features, later.features);
  producer_ids = producer_ids || later.producer_ids;
  settle(*this);
}

Result<Replayed> replay(MetadataImage image, const v1::RecordBatch& batch) {
  if (batch.base_offset() != image.end_offset) {
    MetadataDelta nothing;
    nothing.base_offset = nothing.end_offset = image.end_offset;
    return Replayed{std::move(image), std::move(nothing), ReplayOutcome::kVoid};
  }
  Replayer replayer(std::move(image), Replayer::Source::kLog);
  QUORATE_TRY(replayer.apply_all(batch));
  MetadataDelta delta = std::move(replayer).delta();
  Replayed replayed{std::move(replayer).take_image(), std::move(delta), ReplayOutcome::kApplied};
  replayed.image.timestamp_ms = batch.timestamp_ms();
  return replayed;
}

Replayer::Replayer(MetadataImage image, Source source) : image_(std::move(image)), source_(source) {
  touched_.base_offset = touched_.end_offset = image_.end_offset;
}

Status Replayer::apply(const v1::Record& record) {
  const Status status = dispatch(record);
  if (!status.is_ok()) return at_offset(status, 0);
  advance(1);
  return Status::ok();
}

Status Replayer::at_offset(const Status& status, int records_ahead) const {
  const std::uint64_t offset = image_.end_offset + static_cast<std::uint64_t>(records_ahead);
  return status.with_context("record at offset " + std::to_string(offset));
}

void Replayer::advance(std::uint64_t records) {
  image_.end_offset += records;
  touched_.end_offset = image_.end_offset;
}

Status Replayer::apply_all(const v1::RecordBatch& batch) {
  constexpr int kLongRun = 16;
  const int count = batch.records_size();
  for (int at = 0; at < count;) {
    int end = at;
    while (end < count && batch.records(end).has_partition_change())
      ++end;
    if (end - at >= kLongRun) {
      QUORATE_TRY(apply_changes(batch, at, end));
      at = end;
    } else {
      QUORATE_TRY(apply(batch.records(at++)));
    }
  }
  return Status::ok();
}

// Changes of different partitions may be made in any order. In order of id neighbours in the image
// follow each other, and what lies far away is fetched for many at a time.
Status Replayer::apply_changes(const v1::RecordBatch& batch, int first, int end) {
  struct Change {
    TopicPartition id;
    int record = 0;
    auto operator<=>(const Change&) const = default;
  };
  std::vector<Change> changes;
  changes.reserve(static_cast<std::size_t>(end - first));
  for (int at = first; at < end; ++at) {
    const v1::PartitionChange& change = batch.records(at).partition_change();
    changes.push_back({{uuid_from(change.topic_id()), change.partition()}, at});
  }
  std::sort(changes.begin(), changes.end());
  touched_.partitions.reserve(touched_.partitions.size() + changes.size());
  for (const Change& change : changes)
    touched_.partitions.push_back({change.id});
  const auto record_of = [&](const Change& change) -> const v1::PartitionChange& {
    return batch.records(change.record).partition_change();
  };
  const auto stop = image_.topics.change_partitions(
      std::span<const Change>(changes),
      [&](const Change& change) {
        controller::fetch_soon(record_of(change).isr().ids().data(), 1);
      },
      [&](const Change& change, const Partition& before) {
        return changed(before, record_of(change));
      });
  if (stop.failed != nullptr) return at_offset(misfit(stop.status), stop.failed->record - first);
  advance(changes.size());
  return Status::ok();
}

MetadataDelta Replayer::delta() const& {
  MetadataDelta delta = touched_;
  settle(delta);
  return delta;
}

MetadataDelta Replayer::delta() && {
  settle(touched_);
  return std::move(touched_);
}

MetadataImage Replayer::finish_snapshot(std::uint64_t end_offset, std::int64_t timestamp_ms) && {
  QUORATE_CHECK(source_ == Source::kSnapshot);
  image_.timestamp_ms = timestamp_ms;
  image_.end_offset = end_offset;
  return std::move(image_);
}

// Every kind is named: a new one does not compile until it has its line, and one that this program
// does not know has none.
Status Replayer::dispatch(const v1::Record& record) {
  switch (record.kind_case()) {
    case v1::Record::kRegisterBroker: return apply_register_broker(record);
    case v1::Record::kUnregisterBroker: return apply_unregister_broker(record);
    case v1::Record::kBrokerRegistrationChange: return apply_registration_change(record);
    case v1::Record::kTopic: return apply_topic(record);
    case v1::Record::kRemoveTopic: return apply_remove_topic(record);
    case v1::Record::kPartition: return apply_partition(record);
    case v1::Record::kPartitionChange: return apply_partition_change(record);
    case v1::Record::kConfig: return apply_config(record);
    case v1::Record::kProducerIds: {
      const v1::ProducerIds& ids = record.producer_ids();
      touched_.producer_ids = true;
      return misfit(
          image_.producer_ids.advance(ids.broker_id(), ids.broker_epoch(), ids.next_producer_id()));
    }
    case v1::Record::kFeatureLevel: {
      const v1::FeatureLevel& feature = record.feature_level();
      touched_.features.push_back(feature.name());
      return misfit(image_.features.set(feature.name(), feature.level()));
    }
    case v1::Record::kNoOp: return Status::ok();
    case v1::Record::kRequestDone: return apply_request_done(record);
    case v1::Record::kClearEligibleLeaders: return apply_clear_eligible(record);
    case v1::Record::kClientQuota: return controller::apply(record.client_quota(), image_.quotas);
    case v1::Record::kUserScramCredential:
      return controller::apply(record.user_scram_credential(), image_.scram);
    case v1::Record::kRemoveUserScramCredential:
      return controller::apply(record.remove_user_scram_credential(), image_.scram);
    case v1::Record::kAccessControlEntry:
      return controller::apply(record.access_control_entry(), image_.acls);
    case v1::Record::kRemoveAccessControlEntry:
      return controller::apply(record.remove_access_control_entry(), image_.acls);
    case v1::Record::KIND_NOT_SET: break;
  }
  return {Code::kUnsupported, "a record of a kind that this version does not know"};
}

Status Replayer::apply_register_broker(const v1::Record& record) {
  Result<BrokerRegistration> registration = registration_from(record.register_broker());
  if (!registration.is_ok()) return registration.status();
  const BrokerRegistration* before = image_.cluster.find(registration->id);
  const bool is_same_process = before != nullptr && before->epoch == registration->epoch &&
                               before->incarnation == registration->incarnation;
  if (source_ == Source::kLog && registration->epoch != image_.end_offset && !is_same_process) {
    return {Code::kCorruption,
            "broker " + std::to_string(registration->id) + " registered with epoch " +
                std::to_string(registration->epoch)};
  }
  touched_.brokers.push_back(registration->id);
  image_.cluster.put(std::move(*registration));
  return Status::ok();
}

Status Replayer::apply_unregister_broker(const v1::Record& record) {
  const v1::UnregisterBroker& gone = record.unregister_broker();
  touched_.brokers.push_back(gone.broker_id());
  return misfit(image_.cluster.remove(gone.broker_id(), gone.broker_epoch()));
}

Status Replayer::apply_registration_change(const v1::Record& record) {
  const v1::BrokerRegistrationChange& change = record.broker_registration_change();
  const BrokerRegistration* before = image_.cluster.find(change.broker_id());
  if (before == nullptr || before->epoch != change.broker_epoch()) {
    return {Code::kCorruption,
            "change of broker " + std::to_string(change.broker_id()) + " with epoch " +
                std::to_string(change.broker_epoch()) + ", which is not registered so"};
  }
  BrokerRegistration after = *before;
  if (change.has_fenced()) after.fenced = change.fenced();
  if (change.has_in_controlled_shutdown()) {
    after.in_controlled_shutdown = change.in_controlled_shutdown();
  }
  if (change.has_departure()) {
    const Result<Departure> departure = departure_from(change.departure());
    if (!departure.is_ok()) return departure.status();
    after.departure = *departure;
  }
  if (change.has_intent()) after.intent = intent_from(change.intent());
  touched_.brokers.push_back(after.id);
  image_.cluster.put(std::move(after));
  return Status::ok();
}

Status Replayer::apply_topic(const v1::Record& record) {
  const v1::Topic& topic = record.topic();
  const Uuid id = uuid_from(topic.id());
  touched_.topics_created.push_back({id, topic.name()});
  return misfit(image_.topics.add_topic(id, topic.name()));
}

Status Replayer::apply_remove_topic(const v1::Record& record) {
  const Uuid id = uuid_from(record.remove_topic().id());
  const Topic* topic = image_.topics.find(id);
  if (topic == nullptr) return {Code::kCorruption, "removal of unknown topic " + to_string(id)};
  const std::string name = topic->name;
  touched_.topics_removed.push_back({id, name});
  image_.configs.remove({ConfigResourceType::kTopic, name});
  return misfit(image_.topics.remove_topic(id));
}

Status Replayer::apply_partition(const v1::Record& record) {
  Result<Partition> partition = partition_from(record.partition());
  if (!partition.is_ok()) return partition.status();
  const TopicPartition id{uuid_from(record.partition().topic_id()), record.partition().partition()};
  touched_.partitions.push_back({id});
  return misfit(image_.topics.add_partition(id, std::move(*partition)));
}

Status Replayer::apply_partition_change(const v1::Record& record) {
  const v1::PartitionChange& change = record.partition_change();
  const TopicPartition id{uuid_from(change.topic_id()), change.partition()};
  touched_.partitions.push_back({id});
  return misfit(image_.topics.change_partition(
      id, [&change](const Partition& before) { return changed(before, change); }));
}

Status Replayer::apply_config(const v1::Record& record) {
  const v1::Config& config = record.config();
  ConfigResource resource;
  resource.name = config.resource_name();
  if (config.resource() == v1::CONFIG_RESOURCE_TOPIC) {
    resource.type = ConfigResourceType::kTopic;
    if (image_.topics.find(resource.name) == nullptr) {
      return {Code::kCorruption, "config of unknown topic '" + resource.name + "'"};
    }
  } else if (config.resource() == v1::CONFIG_RESOURCE_BROKER) {
    resource.type = ConfigResourceType::kBroker;
  } else {
    return {Code::kUnsupported, "config of a kind of resource that this version does not know"};
  }
  if (config.name().empty()) return {Code::kCorruption, "config without a name"};
  if (config.has_value()) {
    image_.configs.set(resource, config.name(), config.value());
  } else {
    image_.configs.unset(resource, config.name());
  }
  touched_.configs.push_back(std::move(resource));
  return Status::ok();
}

Status Replayer::apply_request_done(const v1::Record& record) {
  const v1::RequestDone& done = record.request_done();
  return misfit(
      image_.requests.add({{done.principal(), done.request_id()}, done.method(), done.response()}));
}

Status Replayer::apply_clear_eligible(const v1::Record& record) {
  const v1::ClearEligibleLeaders& clear = record.clear_eligible_leaders();
  const Uuid topic = uuid_from(clear.topic_id());
  if (!topic.is_none() && image_.topics.find(topic) == nullptr) {
    return {Code::kCorruption, "eligible leaders of unknown topic " + to_string(topic)};
  }
  for (const TopicPartition& id : image_.topics.with_eligible_beside_isr(topic)) {
    touched_.partitions.push_back({id});
    v1::PartitionChange change;
    change.mutable_eligible_leader_replicas();
    QUORATE_TRY(misfit(image_.topics.change_partition(
        id, [&change](const Partition& before) { return changed(before, change); })));
  }
  return Status::ok();
}

}  // namespace quorate::controller
