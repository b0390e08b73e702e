// When eligible leader replicas are finalized for the cluster, and what goes with it.
//
// Brokers that disagree about min.insync.replicas would break the promise of eligible leaders
// (PAR-14), so from then on it has one value per topic: the cluster's default is written down, and
// what brokers had of their own goes (CFG-6).
//
// Thread: the command thread. Source: KIP-966; KAFKA-16540.
#pragma once

#include "controller/control/draft.h"
#include "controller/control/options.h"
#include "controller/image/image.h"

namespace quorate::controller {

// Whether they are wanted, not finalized, and supported by every registered broker.
[[nodiscard]] bool may_keep_eligible_leaders(const MetadataImage& image,
                                             const ControlOptions& options);

// Records: FeatureLevel, Config for the cluster's default if it has none, Config without value for
// each broker that has one.
void keep_eligible_leaders(Draft& draft, const ControlOptions& options);

}  // namespace quorate::controller
