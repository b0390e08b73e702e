// Which level of each feature is in force, and what goes with a change.
//
// A level is finalized only when this controller and every registered broker, fenced ones too, can
// work with it, and what it needs of other features is there in the set that would result (FEA-1,
// FEA-4). A request is all or nothing. Down goes only what was asked for as a downgrade, never
// below the bootstrap level or a level that changed what records say (FEA-1, FEA-2).
//
// Records: FeatureLevel for each level that changes, then what goes with it:
//   eligible leaders on    Config of the cluster's min.insync.replicas if it has none, Config
//                          without value for each broker that has one: brokers that disagree about
//                          it would break the promise of eligible leaders (CFG-6, PAR-14)
//   eligible leaders off   ClearEligibleLeaders; refused while an ISR is empty, since nobody could
//                          lead there any more (PAR-4)
//
// Errors per update: INVALID_UPDATE_VERSION, INVALID_REQUEST (named twice, unknown kind of change).
//
// Thread: the command thread. Source: Kafka's FeatureControlManager restated; KIP-584, KIP-778,
// KIP-966, KIP-1022.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/image/image.h"

namespace quorate::controller {

// What is in force: finalized, else the bootstrap level.
[[nodiscard]] std::int32_t feature_level(const FeaturesImage& image, const KnownFeature& feature);

[[nodiscard]] UpdateFeaturesAnswer update_features(Draft& draft,
                                                   const UpdateFeatures& command,
                                                   const ControlOptions& options);

// Whether eligible leaders are wanted by the configuration, not finalized, and supported by every
// registered broker.
[[nodiscard]] bool may_keep_eligible_leaders(const MetadataImage& image,
                                             const ControlOptions& options);

// Finalizes them, with what goes with it.
void keep_eligible_leaders(Draft& draft, const ControlOptions& options);

}  // namespace quorate::controller
