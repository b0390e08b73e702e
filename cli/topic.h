// `quorate topic`: create, list, describe, alter, delete.
// Thread: main. Source: rules TOP-1..TOP-10 decide in the controller; nothing is decided here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/connection.h"
#include "cli/failure.h"

namespace quorate::cli {

struct NewTopicOptions {
  std::string name;
  std::int32_t partitions = -1;          // -1: the cluster's default
  std::int32_t replication_factor = -1;  // -1: the cluster's default
  std::vector<std::string> configs;      // "key=value"
};

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int topic_create(const GlobalOptions& options, const NewTopicOptions& topic);
int topic_list(const GlobalOptions& options);
// Gives it more partitions: as many in all as `topic.partitions` says.
int topic_alter(const GlobalOptions& options, const NewTopicOptions& topic);
// `names` may hold topic ids too.
int topic_describe(const GlobalOptions& options, const std::vector<std::string>& names);
int topic_delete(const GlobalOptions& options, const std::vector<std::string>& names);

}  // namespace quorate::cli
