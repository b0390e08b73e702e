#include "controller/control/feature_control.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/control/config_control.h"
#include "controller/control/election.h"
#include "controller/image/config_origin.h"

namespace quorate::controller {
namespace {

bool supports(const BrokerRegistration& broker, const std::string& feature, std::int32_t level) {
  const auto range = std::ranges::find(broker.features, feature, &FeatureRange::name);
  if (range == broker.features.end()) return level == 0;
  return range->min_level <= level && level <= range->max_level;
}

// The registered broker with the lowest id that cannot work with the level; null when all can.
const BrokerRegistration* lacking(const ClusterImage& cluster,
                                  const std::string& feature,
                                  std::int32_t level) {
  for (const auto& [id, broker] : cluster.brokers()) {
    if (!supports(*broker, feature, level)) return broker.get();
  }
  return nullptr;
}

const KnownFeature* find_feature(const FeatureTable& table, const std::string& name) {
  const auto found = std::ranges::find(table, name, &KnownFeature::name);
  return found == table.end() ? nullptr : &*found;
}

// No error when `error` is NONE. `rule` names who refused.
struct FeatureFault {
  v1::ErrorCode error{};
  const char* rule = "";
  std::string message;

  explicit operator bool() const { return error != v1::ErrorCode{}; }
};

FeatureFault invalid_update(const char* rule, std::string why) {
  return {v1::INVALID_UPDATE_VERSION, rule, std::move(why)};
}

std::string level_text(const KnownFeature& feature, std::int32_t level) {
  return "level " + std::to_string(level) + " of " + feature.name;
}

// Whether going from `from` down to `to` is what was asked for, and possible.
FeatureFault fault_of_downgrade(const KnownFeature& feature,
                                std::int32_t from,
                                const FeatureUpdate& update) {
  const std::int32_t to = update.level;
  if (update.change == FeatureChange::kUpgrade) {
    return invalid_update("FEA-1",
                          feature.name + " is at level " + std::to_string(from) +
                              ": going down to " + std::to_string(to) +
                              " must be asked for as a downgrade");
  }
  if (to < feature.bootstrap_level) {
    return invalid_update("FEA-1",
                          level_text(feature, to) + " is below the one that a new cluster has, " +
                              std::to_string(feature.bootstrap_level));
  }
  for (const std::int32_t lossy : feature.lossy_levels) {
    if (to < lossy && lossy <= from) {
      return invalid_update(
          "FEA-1",
          level_text(feature, lossy) + " changed what records say: there is no way back below it");
    }
  }
  return {};
}

// An empty ISR has a meaning only while eligible leaders are kept (PAR-4).
FeatureFault fault_of_empty_isr(const TopicsImage& topics) {
  const PartitionKeys& leaderless = topics.index().leaderless();
  for (auto at = leaderless.begin(); at != leaderless.end(); ++at) {
    const TopicPartition id = topics.resolve((*at).key);
    if (!topics.find(id)->isr.empty()) continue;
    return invalid_update("PAR-4",
                          "the ISR of " + topics.find(id.topic)->name + "-" +
                              std::to_string(id.partition) +
                              " is empty: without eligible leaders nobody could lead there");
  }
  return {};
}

FeatureFault fault_of_update(const MetadataImage& image,
                             const FeatureUpdate& update,
                             const ControlOptions& options) {
  const KnownFeature* feature = find_feature(options.features, update.name);
  if (feature == nullptr) {
    return invalid_update("FEA-1", "feature '" + update.name.substr(0, 64) + "' is unknown");
  }
  if (update.change == FeatureChange::kUnsafeDowngrade) {
    return invalid_update("FEA-2", "a downgrade that loses metadata is not possible");
  }
  if (update.change != FeatureChange::kUpgrade && update.change != FeatureChange::kSafeDowngrade) {
    return {v1::INVALID_REQUEST, "FEA-1", "an update is an upgrade or a downgrade"};
  }
  const std::int32_t from = feature_level(image.features, *feature);
  if (update.level < 0) return invalid_update("FEA-1", "a level must not be negative");
  if (update.level > from && update.change != FeatureChange::kUpgrade) {
    return invalid_update("FEA-1",
                          feature->name + " is at level " + std::to_string(from) + ": " +
                              std::to_string(update.level) + " would be no downgrade");
  }
  if (update.level < from) {
    if (FeatureFault fault = fault_of_downgrade(*feature, from, update)) return fault;
  }
  if (update.level < feature->min_level || update.level > feature->max_level) {
    return invalid_update("FEA-1",
                          "this controller works with levels " +
                              std::to_string(feature->min_level) + " to " +
                              std::to_string(feature->max_level) + " of " + feature->name);
  }
  if (update.level == from) return {};
  const BrokerRegistration* broker = lacking(image.cluster, feature->name, update.level);
  if (broker != nullptr) {
    return invalid_update("FEA-1",
                          "broker " + std::to_string(broker->id) +
                              (broker->fenced ? ", fenced," : "") + " does not support " +
                              level_text(*feature, update.level));
  }
  const bool is_eligible_off = feature->name == kEligibleLeadersFeature && update.level == 0;
  if (is_eligible_off && options.eligible_leaders) {
    return invalid_update("FEA-1",
                          "eligible.leader.replicas.enable is true in the controller's file");
  }
  return is_eligible_off ? fault_of_empty_isr(image.topics) : FeatureFault{};
}

// What every feature would be at (FEA-4).
FeatureFault fault_of_needs(const MetadataImage& image,
                            const UpdateFeatures& command,
                            const FeatureTable& table) {
  const auto level_then = [&](const std::string& name) {
    for (const FeatureUpdate& update : command.updates) {
      if (update.name == name) return update.level;
    }
    const KnownFeature* feature = find_feature(table, name);
    return feature == nullptr ? 0 : feature_level(image.features, *feature);
  };
  for (const KnownFeature& feature : table) {
    for (const FeatureNeed& need : feature.needs) {
      const bool is_met =
          level_then(feature.name) < need.level || level_then(need.needed) >= need.needed_level;
      if (is_met) continue;
      return invalid_update("FEA-4",
                            level_text(feature, need.level) + " needs " + need.needed +
                                " at level " + std::to_string(need.needed_level));
    }
  }
  return {};
}

void append_level(Draft& draft, const std::string& name, std::int32_t level) {
  v1::Record record;
  record.mutable_feature_level()->set_name(name);
  record.mutable_feature_level()->set_level(level);
  draft.append(std::move(record));
}

// Nobody is eligible any more; no ISR is empty.
void forget_eligible_leaders(Draft& draft) {
  append_level(draft, kEligibleLeadersFeature, 0);
  if (draft.image().topics.with_eligible_beside_isr({}).empty()) return;
  v1::Record record;
  record.mutable_clear_eligible_leaders();
  draft.append(std::move(record));
}

void carry_out(Draft& draft, const FeatureUpdate& update, const ControlOptions& options) {
  draft.explain("FEA-1", update.name + " goes to level " + std::to_string(update.level));
  if (update.name != kEligibleLeadersFeature) {
    append_level(draft, update.name, update.level);
  } else if (update.level > 0) {
    keep_eligible_leaders(draft, options);
  } else {
    forget_eligible_leaders(draft);
  }
}

}  // namespace

std::int32_t feature_level(const FeaturesImage& image, const KnownFeature& feature) {
  const bool is_finalized = image.levels().contains(feature.name);
  return is_finalized ? image.level(feature.name) : feature.bootstrap_level;
}

UpdateFeaturesAnswer update_features(Draft& draft,
                                     const UpdateFeatures& command,
                                     const ControlOptions& options) {
  UpdateFeaturesAnswer answer;
  std::map<std::string_view, std::size_t> times_named;
  for (const FeatureUpdate& update : command.updates)
    ++times_named[update.name];
  const auto refuse = [&](const FeatureFault& fault) {
    draft.explain(fault.rule, fault.message);
    if (answer.error != v1::NONE) return;
    answer.error = fault.error;
    answer.error_message = fault.message;
  };
  for (const FeatureUpdate& update : command.updates) {
    const KnownFeature* feature = find_feature(options.features, update.name);
    const std::int32_t from =
        feature == nullptr ? 0 : feature_level(draft.image().features, *feature);
    FeatureFault fault = fault_of_update(draft.image(), update, options);
    if (times_named[update.name] > 1) {
      fault = {v1::INVALID_REQUEST, "FEA-1", "the request names " + update.name + " twice"};
    }
    if (fault) refuse(fault);
    answer.updates.push_back({update.name, from, update.level, fault.error, fault.message});
  }
  if (answer.error == v1::NONE) {
    if (const FeatureFault fault = fault_of_needs(draft.image(), command, options.features)) {
      refuse(fault);
    }
  }
  if (answer.error != v1::NONE) return answer;
  for (std::size_t i = 0; i < command.updates.size(); ++i) {
    if (answer.updates[i].from_level != command.updates[i].level) {
      carry_out(draft, command.updates[i], options);
    }
  }
  return answer;
}

bool may_keep_eligible_leaders(const MetadataImage& image, const ControlOptions& options) {
  if (!options.eligible_leaders || image.features.level(kEligibleLeadersFeature) > 0) return false;
  return lacking(image.cluster, kEligibleLeadersFeature, 1) == nullptr;
}

void keep_eligible_leaders(Draft& draft, const ControlOptions& options) {
  draft.explain("PAR-6", "eligible leaders are kept from now on: every broker supports them");
  append_level(draft, kEligibleLeadersFeature, 1);
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
