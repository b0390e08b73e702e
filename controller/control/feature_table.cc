#include "controller/control/feature_table.h"

namespace quorate::controller {

const FeatureTable& known_features() {
  constexpr std::int32_t kKafka39 = 25;
  static const FeatureTable table{{.name = kEligibleLeadersFeature, .max_level = 1},
                                  {.name = kMetadataVersionFeature,
                                   .min_level = kKafka39,
                                   .max_level = kKafka39,
                                   .bootstrap_level = kKafka39}};
  return table;
}

}  // namespace quorate::controller
