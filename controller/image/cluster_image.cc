#include "controller/image/cluster_image.h"

#include <utility>

#include "controller/image/entity_hash.h"

namespace quorate::controller {
namespace {

constexpr std::uint64_t kClusterHashTag = 0x62726f6b;  // "brok"
constexpr std::uint64_t kIntentTag = 0x77697368;       // "wish"

std::uint64_t entity_hash(const BrokerRegistration& broker) {
  EntityHash hash(kClusterHashTag);
  hash.add_signed(broker.id).add(broker.incarnation.high).add(broker.incarnation.low);
  hash.add(broker.epoch).add_text(broker.rack);
  hash.add(broker.fenced ? 1 : 0).add(broker.in_controlled_shutdown ? 1 : 0);
  hash.add(broker.endpoints.size());
  for (const Endpoint& endpoint : broker.endpoints) {
    hash.add_text(endpoint.listener).add_text(endpoint.host).add(endpoint.port);
    hash.add_text(endpoint.security_protocol);
  }
  hash.add(broker.log_dirs.size());
  for (const Uuid& dir : broker.log_dirs)
    hash.add(dir.high).add(dir.low);
  hash.add(broker.features.size());
  for (const FeatureRange& range : broker.features) {
    hash.add_text(range.name).add_signed(range.min_level).add_signed(range.max_level);
  }
  if (broker.departure != Departure::kNone) hash.add(static_cast<std::uint64_t>(broker.departure));
  // As departures: what nobody wants leaves the hash as it was before there were wishes.
  if (!(broker.intent == BrokerIntent())) {
    const BrokerIntent& intent = broker.intent;
    hash.add(kIntentTag).add(intent.cordoned ? 1 : 0).add(intent.maintenance ? 1 : 0);
    hash.add(intent.decommission ? 1 : 0);
  }
  return hash.value();
}

}  // namespace

const BrokerRegistration* ClusterImage::find(BrokerId id) const {
  const auto* found = brokers_.find(id);
  return found == nullptr ? nullptr : found->get();
}

bool ClusterImage::is_active(BrokerId id) const {
  const BrokerRegistration* broker = find(id);
  return broker != nullptr && broker->is_active();
}

bool ClusterImage::is_in_maintenance(BrokerId id) const {
  const BrokerRegistration* broker = find(id);
  return broker != nullptr && broker->intent.maintenance;
}

void ClusterImage::put(BrokerRegistration registration) {
  if (const BrokerRegistration* before = find(registration.id)) hash_ -= entity_hash(*before);
  hash_ += entity_hash(registration);
  const BrokerId id = registration.id;
  brokers_.set(id, std::make_shared<const BrokerRegistration>(std::move(registration)));
}

Status ClusterImage::remove(BrokerId id, std::uint64_t epoch) {
  const BrokerRegistration* before = find(id);
  if (before == nullptr) {
    return {Code::kNotFound, "broker " + std::to_string(id) + " is not registered"};
  }
  if (before->epoch != epoch) {
    return {Code::kFailedPrecondition,
            "broker " + std::to_string(id) + " is registered with epoch " +
                std::to_string(before->epoch) + ", not " + std::to_string(epoch)};
  }
  hash_ -= entity_hash(*before);
  brokers_.erase(id);
  return Status::ok();
}

}  // namespace quorate::controller
