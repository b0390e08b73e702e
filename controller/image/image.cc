#include "controller/image/image.h"

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kFeatureTag = 0x66656174;     // "feat"
constexpr std::uint64_t kProducerIdTag = 0x70726f64;  // "prod"

std::uint64_t feature_hash(std::string_view name, std::int32_t level) {
  return EntityHash(kFeatureTag).add_text(name).add_signed(level).value();
}

}  // namespace

std::int32_t FeaturesImage::level(std::string_view name) const {
  const std::int32_t* found = levels_.find(name);
  return found == nullptr ? 0 : *found;
}

Status FeaturesImage::set(const std::string& name, std::int32_t level) {
  if (name.empty() || level < 0) {
    return {Code::kInvalidArgument, "feature '" + name + "' at level " + std::to_string(level)};
  }
  if (const std::int32_t* before = levels_.find(name)) hash_ -= feature_hash(name, *before);
  if (level == 0) {
    levels_.erase(name);
    return Status::ok();
  }
  hash_ += feature_hash(name, level);
  levels_.set(name, level);
  return Status::ok();
}

std::uint64_t ProducerIdsImage::hash() const {
  if (broker_ == kNoBroker && next_ == 0) return 0;
  return EntityHash(kProducerIdTag)
      .add_signed(broker_)
      .add(broker_epoch_)
      .add_signed(next_)
      .value();
}

Status ProducerIdsImage::advance(BrokerId broker, std::uint64_t broker_epoch, std::int64_t next) {
  if (next <= next_) {
    return {Code::kFailedPrecondition,
            "next producer id " + std::to_string(next) + " does not grow from " +
                std::to_string(next_)};
  }
  broker_ = broker;
  broker_epoch_ = broker_epoch;
  next_ = next;
  return Status::ok();
}

std::uint64_t state_hash(const MetadataImage& image) {
  return image.cluster.hash() + image.topics.hash() + image.configs.hash() + image.features.hash() +
         image.producer_ids.hash() + image.quotas.hash() + image.scram.hash() + image.acls.hash() +
         image.requests.hash();
}

}  // namespace quorate::controller
