#include "controller/image/image_writer.h"

#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"
#include "controller/image/security_records.h"

namespace quorate::controller {

ImageWriter::ImageWriter(MetadataImage image, ImageWriterOptions options)
    : image_(std::move(image)),
      options_(options),
      feature_(image_.features.levels().begin()),
      broker_(image_.cluster.brokers().begin()),
      topic_(image_.topics.by_id().begin()),
      config_(image_.configs.resources().begin()),
      quota_(image_.quotas.entities().begin()),
      credential_(image_.scram.credentials().begin()),
      acl_(image_.acls.bindings().begin()),
      request_(image_.requests.in_order().begin()) {}

ImageWriter::~ImageWriter() = default;

std::vector<v1::Record> ImageWriter::next() {
  std::vector<v1::Record> chunk;
  std::size_t bytes = 0;
  while (chunk.size() < options_.chunk_records_max && prepare()) {
    v1::Record& record = ready_[given_];
    bytes += record.ByteSizeLong();
    if (!chunk.empty() && bytes > options_.chunk_bytes_max) break;
    chunk.push_back(std::move(record));
    ++given_;
  }
  return chunk;
}

// Whether there is a record that was not given yet.
bool ImageWriter::prepare() {
  if (given_ < ready_.size()) return true;
  ready_.clear();
  given_ = 0;
  while (ready_.empty() && part_ != Part::kEnd)
    step();
  return !ready_.empty();
}

// Adds the records of one thing, or goes on to the next part.
void ImageWriter::step() {
  const auto on_to = [this](Part part) { part_ = part; };
  switch (part_) {
    case Part::kFeatures: {
      if (feature_ == image_.features.levels().end()) return on_to(Part::kBrokers);
      v1::FeatureLevel& feature = *add().mutable_feature_level();
      feature.set_name((*feature_).key);
      feature.set_level((*feature_).value);
      ++feature_;
      return;
    }
    case Part::kBrokers:
      if (broker_ == image_.cluster.brokers().end()) return on_to(Part::kTopics);
      write_registration(*(*broker_).value, *add().mutable_register_broker());
      ++broker_;
      return;
    case Part::kTopics:
      if (topic_ == image_.topics.by_id().end()) return on_to(Part::kConfigs);
      add_topic();
      return on_to(Part::kPartitions);
    case Part::kPartitions:
      if (partition_ < (*topic_).value->partitions.size()) return add_partition();
      ++topic_;
      return on_to(Part::kTopics);
    case Part::kConfigs:
      if (config_ == image_.configs.resources().end()) return on_to(Part::kProducerIds);
      if ((*config_).key.type != ConfigResourceType::kTopic) {
        add_configs((*config_).key, *(*config_).value);
      }
      ++config_;
      return;
    case Part::kProducerIds: add_producer_ids(); return on_to(Part::kQuotas);
    case Part::kQuotas:
      if (quota_ == image_.quotas.entities().end()) return on_to(Part::kScram);
      return add_quotas();
    case Part::kScram:
      if (credential_ == image_.scram.credentials().end()) return on_to(Part::kAcls);
      return add_credential();
    case Part::kAcls:
      if (acl_ == image_.acls.bindings().end()) return on_to(Part::kRequests);
      return add_acl();
    case Part::kRequests:
      if (request_ == image_.requests.in_order().end()) return on_to(Part::kEnd);
      return add_request();
    case Part::kEnd: return;
  }
}

v1::Record& ImageWriter::add() {
  return ready_.emplace_back();
}

void ImageWriter::add_configs(const ConfigResource& resource, const ConfigMap& configs) {
  const bool is_topic = resource.type == ConfigResourceType::kTopic;
  for (const auto& [key, value] : configs) {
    v1::Config& config = *add().mutable_config();
    config.set_resource(is_topic ? v1::CONFIG_RESOURCE_TOPIC : v1::CONFIG_RESOURCE_BROKER);
    config.set_resource_name(resource.name);
    config.set_name(key);
    config.set_value(value);
  }
}

void ImageWriter::add_topic() {
  const Topic& topic = *(*topic_).value;
  v1::Topic& to = *add().mutable_topic();
  to.set_name(topic.name);
  write_uuid(topic.id, *to.mutable_id());
  const ConfigResource resource{ConfigResourceType::kTopic, topic.name};
  add_configs(resource, image_.configs.of(resource));
  partition_ = 0;
}

void ImageWriter::add_partition() {
  const Topic& topic = *(*topic_).value;
  write_partition({topic.id, static_cast<std::int32_t>(partition_)},
                  topic.partitions[partition_],
                  *add().mutable_partition());
  ++partition_;
}

void ImageWriter::add_producer_ids() {
  const ProducerIdsImage& ids = image_.producer_ids;
  if (ids.next() == 0) return;
  v1::ProducerIds& to = *add().mutable_producer_ids();
  to.set_broker_id(ids.broker());
  to.set_broker_epoch(ids.broker_epoch());
  to.set_next_producer_id(ids.next());
}

void ImageWriter::add_quotas() {
  for (const auto& [key, value] : *(*quota_).value)
    write_quota((*quota_).key, key, value, *add().mutable_client_quota());
  ++quota_;
}

void ImageWriter::add_credential() {
  write_credential(
      (*credential_).key, *(*credential_).value, *add().mutable_user_scram_credential());
  ++credential_;
}

void ImageWriter::add_acl() {
  write_entry((*acl_).value, (*acl_).key, *add().mutable_access_control_entry());
  ++acl_;
}

void ImageWriter::add_request() {
  const DoneRequest& done = *(*request_).value;
  v1::RequestDone& to = *add().mutable_request_done();
  to.set_principal(done.key.principal);
  to.set_request_id(done.key.request_id);
  to.set_method(done.method);
  to.set_response(done.response);
  ++request_;
}

void write_image(const MetadataImage& image,
                 const ImageWriterOptions& options,
                 const std::function<bool(std::vector<v1::Record>& chunk)>& sink) {
  ImageWriter writer(image, options);
  while (true) {
    std::vector<v1::Record> chunk = writer.next();
    if (chunk.empty() || !sink(chunk)) return;
  }
}

}  // namespace quorate::controller
