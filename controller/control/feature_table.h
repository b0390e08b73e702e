// The features that a controller knows: which levels, what a level needs, and what cannot be
// undone.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quorate::controller {

inline constexpr const char* kEligibleLeadersFeature = "eligible.leader.replicas.version";
inline constexpr const char* kMetadataVersionFeature = "metadata.version";

// From `level` on another feature must be at `needed_level` at least (FEA-4).
struct FeatureNeed {
  std::int32_t level = 0;
  std::string needed;
  std::int32_t needed_level = 0;
};

struct KnownFeature {
  std::string name;
  std::int32_t min_level = 0;
  std::int32_t max_level = 0;
  // Holds where nothing is finalized; lower ones are refused.
  std::int32_t bootstrap_level = 0;
  // Levels at which records gained something that lower levels cannot say: no way back below them.
  std::vector<std::int32_t> lossy_levels;
  std::vector<FeatureNeed> needs;
};
using FeatureTable = std::vector<KnownFeature>;

// What this program knows, by name. metadata.version is told to Kafka's clients as that of 3.9;
// there is one level of it so far.
[[nodiscard]] const FeatureTable& known_features();

}  // namespace quorate::controller
