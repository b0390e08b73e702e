#include "controller/image/image_writer.h"

#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

// Collects records into chunks; once the sink has had enough, the rest is dropped.
class Chunks {
 public:
  Chunks(const ImageWriterOptions& options,
         const std::function<bool(std::vector<v1::Record>& chunk)>& sink)
      : options_(options), sink_(sink) {}

  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  void add(v1::Record record) {
    const std::size_t bytes = record.ByteSizeLong();
    if (!chunk_.empty() && bytes_ + bytes > options_.chunk_bytes_max) flush();
    bytes_ += bytes;
    chunk_.push_back(std::move(record));
    if (chunk_.size() >= options_.chunk_records_max) flush();
  }
  void flush() {
    if (!chunk_.empty() && !is_stopped_) is_stopped_ = !sink_(chunk_);
    chunk_.clear();
    bytes_ = 0;
  }

 private:
  const ImageWriterOptions& options_;
  const std::function<bool(std::vector<v1::Record>& chunk)>& sink_;
  std::vector<v1::Record> chunk_;
  std::size_t bytes_ = 0;
  bool is_stopped_ = false;
};

void write_features_and_brokers(const MetadataImage& image, Chunks& chunks) {
  for (const auto& [name, level] : image.features.levels()) {
    v1::Record record;
    record.mutable_feature_level()->set_name(name);
    record.mutable_feature_level()->set_level(level);
    chunks.add(std::move(record));
  }
  for (const auto& [id, broker] : image.cluster.brokers()) {
    v1::Record record;
    write_registration(*broker, *record.mutable_register_broker());
    chunks.add(std::move(record));
  }
}

void write_configs(const ConfigResource& resource, const ConfigMap& configs, Chunks& chunks) {
  const bool is_topic = resource.type == ConfigResourceType::kTopic;
  for (const auto& [key, value] : configs) {
    v1::Record record;
    v1::Config& config = *record.mutable_config();
    config.set_resource(is_topic ? v1::CONFIG_RESOURCE_TOPIC : v1::CONFIG_RESOURCE_BROKER);
    config.set_resource_name(resource.name);
    config.set_name(key);
    config.set_value(value);
    chunks.add(std::move(record));
  }
}

void write_topic(const MetadataImage& image, const Topic& topic, Chunks& chunks) {
  v1::Record record;
  record.mutable_topic()->set_name(topic.name);
  write_uuid(topic.id, *record.mutable_topic()->mutable_id());
  chunks.add(std::move(record));
  const ConfigResource resource{ConfigResourceType::kTopic, topic.name};
  write_configs(resource, image.configs.of(resource), chunks);
  topic.partitions.for_each([&](std::size_t at, const Partition& partition) {
    v1::Record one;
    write_partition({topic.id, static_cast<std::int32_t>(at)}, partition, *one.mutable_partition());
    chunks.add(std::move(one));
  });
}

void write_producer_ids(const ProducerIdsImage& ids, Chunks& chunks) {
  if (ids.next() == 0) return;
  v1::Record record;
  v1::ProducerIds& to = *record.mutable_producer_ids();
  to.set_broker_id(ids.broker());
  to.set_broker_epoch(ids.broker_epoch());
  to.set_next_producer_id(ids.next());
  chunks.add(std::move(record));
}

void write_requests(const RequestsImage& requests, Chunks& chunks) {
  for (const auto& [number, done] : requests.in_order()) {
    v1::Record record;
    v1::RequestDone& to = *record.mutable_request_done();
    to.set_principal(done->key.principal);
    to.set_request_id(done->key.request_id);
    to.set_method(done->method);
    to.set_response(done->response);
    chunks.add(std::move(record));
  }
}

}  // namespace

void write_image(const MetadataImage& image,
                 const ImageWriterOptions& options,
                 const std::function<bool(std::vector<v1::Record>& chunk)>& sink) {
  Chunks chunks(options, sink);
  write_features_and_brokers(image, chunks);
  for (const auto& [id, topic] : image.topics.by_id()) {
    if (chunks.is_stopped()) return;
    write_topic(image, *topic, chunks);
  }
  for (const auto& [resource, configs] : image.configs.resources()) {
    if (resource.type != ConfigResourceType::kTopic) write_configs(resource, *configs, chunks);
  }
  write_producer_ids(image.producer_ids, chunks);
  write_requests(image.requests, chunks);
  chunks.flush();
}

}  // namespace quorate::controller
