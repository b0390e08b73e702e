#include "tests/controller/image/records.h"

#include <catch2/catch.hpp>

#include "controller/image/delta.h"
#include "controller/image/image_codec.h"
#include "controller/image/image_writer.h"
#include "controller/image/record_fields.h"

namespace quorate::controller::testing {

v1::Record registration(BrokerId id, std::uint64_t epoch) {
  v1::Record record;
  v1::RegisterBroker& to = *record.mutable_register_broker();
  to.set_broker_id(id);
  to.set_broker_epoch(epoch);
  to.set_fenced(true);
  to.set_rack("rack-" + std::to_string(id % 2));
  to.mutable_incarnation()->set_high(7);
  to.mutable_incarnation()->set_low(epoch + 1);
  v1::Endpoint& endpoint = *to.add_endpoints();
  endpoint.set_listener("PLAINTEXT");
  endpoint.set_host("127.0.0.1");
  endpoint.set_port(9092);
  endpoint.set_security_protocol("PLAINTEXT");
  to.add_log_dirs()->set_low(1000 + static_cast<std::uint64_t>(id));
  v1::FeatureRange& feature = *to.add_features();
  feature.set_name("metadata.version");
  feature.set_min_level(1);
  feature.set_max_level(4);
  return record;
}

v1::Record unregistration(BrokerId id, std::uint64_t epoch) {
  v1::Record record;
  record.mutable_unregister_broker()->set_broker_id(id);
  record.mutable_unregister_broker()->set_broker_epoch(epoch);
  return record;
}

v1::Record unfencing(BrokerId id, std::uint64_t epoch) {
  v1::Record record;
  v1::BrokerRegistrationChange& to = *record.mutable_broker_registration_change();
  to.set_broker_id(id);
  to.set_broker_epoch(epoch);
  to.set_fenced(false);
  return record;
}

v1::Record departing(BrokerId id, std::uint64_t epoch, v1::BrokerDeparture departure) {
  v1::Record record;
  v1::BrokerRegistrationChange& to = *record.mutable_broker_registration_change();
  to.set_broker_id(id);
  to.set_broker_epoch(epoch);
  to.set_departure(departure);
  return record;
}

v1::Record topic(const Uuid& id, const std::string& name) {
  v1::Record record;
  record.mutable_topic()->set_name(name);
  write_uuid(id, *record.mutable_topic()->mutable_id());
  return record;
}

v1::Record removal(const Uuid& id) {
  v1::Record record;
  write_uuid(id, *record.mutable_remove_topic()->mutable_id());
  return record;
}

v1::Record partition(const TopicPartition& id, std::initializer_list<BrokerId> replicas) {
  v1::Record record;
  Partition to;
  to.replicas = to.isr = BrokerList(replicas);
  to.leader = to.preferred_leader();
  write_partition(id, to, *record.mutable_partition());
  return record;
}

v1::Record leader_change(const TopicPartition& id, BrokerId leader) {
  v1::Record record;
  write_uuid(id.topic, *record.mutable_partition_change()->mutable_topic_id());
  record.mutable_partition_change()->set_partition(id.partition);
  record.mutable_partition_change()->set_leader(leader);
  return record;
}

v1::Record isr_change(const TopicPartition& id, std::initializer_list<BrokerId> isr) {
  v1::Record record;
  write_uuid(id.topic, *record.mutable_partition_change()->mutable_topic_id());
  record.mutable_partition_change()->set_partition(id.partition);
  for (const BrokerId one : isr)
    record.mutable_partition_change()->mutable_isr()->add_ids(one);
  return record;
}

v1::Record topic_config(const std::string& topic, const std::string& name, const char* value) {
  v1::Record record;
  record.mutable_config()->set_resource(v1::CONFIG_RESOURCE_TOPIC);
  record.mutable_config()->set_resource_name(topic);
  record.mutable_config()->set_name(name);
  if (value != nullptr) record.mutable_config()->set_value(value);
  return record;
}

v1::Record eligible_clear(const Uuid& topic) {
  v1::Record record;
  v1::ClearEligibleLeaders& clear = *record.mutable_clear_eligible_leaders();
  if (!topic.is_none()) write_uuid(topic, *clear.mutable_topic_id());
  return record;
}

v1::Record producer_ids(BrokerId id, std::int64_t next) {
  v1::Record record;
  record.mutable_producer_ids()->set_broker_id(id);
  record.mutable_producer_ids()->set_broker_epoch(2);
  record.mutable_producer_ids()->set_next_producer_id(next);
  return record;
}

v1::Record feature(const std::string& name, std::int32_t level) {
  v1::Record record;
  record.mutable_feature_level()->set_name(name);
  record.mutable_feature_level()->set_level(level);
  return record;
}

v1::Record no_op() {
  v1::Record record;
  record.mutable_no_op();
  return record;
}

v1::Record request_done(const std::string& id, const std::string& response) {
  v1::Record record;
  record.mutable_request_done()->set_principal("admin.quorate");
  record.mutable_request_done()->set_request_id(id);
  record.mutable_request_done()->set_method("CreateTopics");
  record.mutable_request_done()->set_response(response);
  return record;
}

v1::RecordBatch batch(std::uint64_t base_offset, const std::vector<v1::Record>& records) {
  v1::RecordBatch to;
  to.set_base_offset(base_offset);
  for (const v1::Record& record : records)
    *to.add_records() = record;
  return to;
}

// What an operator wants of a broker.
v1::Record intent(BrokerId id, std::uint64_t epoch, void (v1::BrokerIntent::*wish)(bool)) {
  v1::Record record = departing(id, epoch, v1::BROKER_DEPARTURE_NONE);
  (record.mutable_broker_registration_change()->mutable_intent()->*wish)(true);
  return record;
}

std::vector<v1::RecordBatch> life_of_a_cluster() {
  v1::Record cluster_default = topic_config("", "log.retention.ms", "1000");
  cluster_default.mutable_config()->set_resource(v1::CONFIG_RESOURCE_BROKER);
  v1::Record moving = isr_change({kOrders, 1}, {2, 1});
  for (const BrokerId id : {2, 1, 3}) {
    moving.mutable_partition_change()->mutable_replicas()->add_ids(id);
  }
  moving.mutable_partition_change()->mutable_adding_replicas()->add_ids(3);
  moving.mutable_partition_change()->mutable_removing_replicas()->add_ids(1);
  for (const BrokerId id : {2, 1}) {
    moving.mutable_partition_change()->mutable_original_replicas()->add_ids(id);
  }
  moving.mutable_partition_change()->set_recovering(true);
  v1::Record eligible = isr_change({kPayments, 0}, {1});
  eligible.mutable_partition_change()->mutable_eligible_leader_replicas()->add_ids(2);
  v1::Record beside = isr_change({kOrders, 1}, {2, 1});
  beside.mutable_partition_change()->mutable_eligible_leader_replicas()->add_ids(3);
  v1::Record nobody = isr_change({kOrders, 0}, {});
  nobody.mutable_partition_change()->mutable_isr();
  nobody.mutable_partition_change()->set_leader(-1);
  nobody.mutable_partition_change()->set_last_known_leader(1);
  v1::Record stopping = unfencing(1, 2);
  stopping.mutable_broker_registration_change()->set_in_controlled_shutdown(true);
  const std::vector<std::vector<v1::Record>> steps = {
      {feature("metadata.version", 3), feature("other", 1)},
      {registration(1, 2)},
      {registration(2, 3), registration(3, 4)},
      {unfencing(1, 2), unfencing(2, 3)},
      {topic(kOrders, "orders"),
       topic_config("orders", "min.insync.replicas", "2"),
       topic_config("orders", "retention.ms", "-1"),
       partition({kOrders, 0}, {1, 2, 3}),
       partition({kOrders, 1}, {2, 1})},
      {topic(kPayments, "pay.ments"), partition({kPayments, 0}, {1, 2, 3, 4, 5})},
      {leader_change({kOrders, 0}, -1), isr_change({kPayments, 0}, {1})},
      {moving},
      {topic_config("orders", "retention.ms", nullptr), cluster_default},
      {eligible},
      {eligible_clear({})},
      {beside},
      {eligible_clear(kOrders)},
      {nobody},
      {stopping},
      {intent(1, 2, &v1::BrokerIntent::set_cordoned)},
      {intent(1, 2, &v1::BrokerIntent::set_maintenance)},
      {intent(1, 2, &v1::BrokerIntent::set_decommission)},
      {departing(2, 3, v1::BROKER_DEPARTURE_UNCLEAN_FENCE)},
      {departing(2, 3, v1::BROKER_DEPARTURE_UNREGISTER)},
      {producer_ids(1, 1000)},
      {no_op()},
      some_quotas(),
      some_credentials(),
      {acl({3, 1}, "orders", "User:alice"), acl({3, 2}, "orders", "User:bob")},
      {user_quota("alice", "producer_byte_rate", nullptr)},
      {credential_removal("alice", v1::SCRAM_MECHANISM_SHA_512)},
      {acl_removal({3, 1})},
      {feature("other", 0)},
      {request_done("r-1", "answer one"), request_done("r-2", "answer two")},
      {unregistration(3, 4)},
      {removal(kPayments)},
  };
  std::vector<v1::RecordBatch> batches;
  std::uint64_t offset = 0;
  for (const std::vector<v1::Record>& step : steps) {
    batches.push_back(batch(offset, step));
    offset += step.size();
  }
  return batches;
}

MetadataImage replayed(const MetadataImage& image, const v1::RecordBatch& batch) {
  Result<Replayed> result = replay(image, batch);
  INFO(to_string(result.status()));
  REQUIRE(result.is_ok());
  REQUIRE(result->outcome == ReplayOutcome::kApplied);
  return result->image;
}

MetadataImage image_after(const std::vector<v1::RecordBatch>& batches) {
  MetadataImage image;
  for (const v1::RecordBatch& one : batches)
    image = replayed(image, one);
  return image;
}

std::vector<v1::Record> records_of(const MetadataImage& image) {
  std::vector<v1::Record> all;
  write_image(image, {}, [&](std::vector<v1::Record>& chunk) {
    all.insert(all.end(), chunk.begin(), chunk.end());
    return true;
  });
  return all;
}

MetadataImage from_snapshot(const std::vector<v1::Record>& records, std::uint64_t end_offset) {
  Replayer replayer(MetadataImage{}, Replayer::Source::kSnapshot);
  for (const v1::Record& record : records) {
    const Status status = replayer.apply(record);
    INFO(to_string(status));
    REQUIRE(status.is_ok());
  }
  return std::move(replayer).finish_snapshot(end_offset, 0);
}

std::string bytes_of(const MetadataImage& image) {
  ImageEncoder encoder(image);
  std::string all;
  for (std::string piece = encoder.next(); !piece.empty(); piece = encoder.next())
    all += piece;
  return all;
}

MetadataImage from_bytes(std::string_view bytes) {
  ImageDecoder decoder;
  const Status added = decoder.add(bytes);
  INFO(to_string(added));
  REQUIRE(added.is_ok());
  Result<MetadataImage> image = std::move(decoder).finish();
  INFO(to_string(image.status()));
  REQUIRE(image.is_ok());
  return *std::move(image);
}

std::string text_of(const MetadataImage& image) {
  std::string text = "end " + std::to_string(image.end_offset) + "\n";
  for (const v1::Record& record : records_of(image))
    text += record.ShortDebugString() + "\n";
  return text;
}

}  // namespace quorate::controller::testing
