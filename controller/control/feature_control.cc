#include "controller/control/feature_control.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/control/config_control.h"
#include "controller/control/election.h"
#include "controller/image/config_origin.h"

namespace quorate::controller {

bool may_keep_eligible_leaders(const MetadataImage& image, const ControlOptions& options) {
  if (!options.eligible_leaders || image.features.level(kEligibleLeadersFeature) > 0) return false;
  const auto supports = [](const FeatureRange& range) {
    return range.name == kEligibleLeadersFeature && range.min_level <= 1 && range.max_level >= 1;
  };
  for (const auto& [id, broker] : image.cluster.brokers()) {
    if (std::none_of(broker->features.begin(), broker->features.end(), supports)) return false;
  }
  return true;
}

void keep_eligible_leaders(Draft& draft, const ControlOptions& options) {
  draft.explain("PAR-6", "eligible leaders are kept from now on: every broker supports them");
  v1::Record record;
  record.mutable_feature_level()->set_name(kEligibleLeadersFeature);
  record.mutable_feature_level()->set_level(1);
  draft.append(std::move(record));

  const ConfigView view{draft.image().configs, kNoBroker, &options.statics};
  const ConfigOrigin held = effective_broker_config(view, kMinInsyncKey);
  if (held.source != ConfigSource::kClusterDefault) {
    draft.explain("CFG-6", "the cluster's min.insync.replicas is written down: " + held.value);
    append_config(draft, cluster_resource(), kMinInsyncKey, held.value);
  }
  std::vector<ConfigResource> overriding;
  const auto& resources = draft.image().configs.resources();
  for (auto at = resources.lower_bound(cluster_resource()); at != resources.end(); ++at) {
    const ConfigResource& resource = (*at).key;
    if (resource.name.empty() || !(*at).value->contains(kMinInsyncKey)) continue;
    overriding.push_back(resource);
  }
  for (const ConfigResource& resource : overriding) {
    draft.explain("CFG-6", "broker " + resource.name + " has no min.insync.replicas of its own");
    append_config(draft, resource, kMinInsyncKey, std::nullopt);
  }
}

}  // namespace quorate::controller
