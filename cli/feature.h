// `quorate feature`: which level of each feature is in force.
// Thread: main. Source: rules FEA-1..FEA-4 decide in the controller; nothing is decided here.
#pragma once

#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

struct FeatureOptions {
  std::vector<std::string> levels;  // "name=level"
  bool downgrade = false;
  bool dry_run = false;
};

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int feature_describe(const GlobalOptions& options);
int feature_update(const GlobalOptions& options, const FeatureOptions& feature);

}  // namespace quorate::cli
