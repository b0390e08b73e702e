// `quorate config`: what is configured for topics, brokers and the cluster.
// Thread: main. Source: rules CFG-1..CFG-6 decide in the controller; nothing is decided here.
#pragma once

#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

// Exactly one of them, but for `explain`.
struct ConfigTarget {
  std::string topic;
  std::string broker;  // its id
  bool cluster = false;
};

enum class ListChange { kNone, kAppend, kSubtract };

struct ConfigOptions {
  ConfigTarget target;
  std::vector<std::string> words;  // keys, or key=value
  ListChange list = ListChange::kNone;
  bool replace = false;  // what is not named is deleted
  bool all = false;      // what nobody has set too
};

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int config_set(const GlobalOptions& options, const ConfigOptions& config);
int config_delete(const GlobalOptions& options, const ConfigOptions& config);
int config_describe(const GlobalOptions& options, const ConfigOptions& config);
int config_explain(const GlobalOptions& options, const ConfigOptions& config);

}  // namespace quorate::cli
