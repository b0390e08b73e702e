// `quorate partition elect`: leaders are elected now.
// Thread: main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/connection.h"

namespace quorate::cli {

struct ElectOptions {
  bool unclean = false;
  std::string topic;
  std::int32_t partition = -1;
  bool all = false;
};

// The exit status: that of the first partition that could not be elected.
int partition_elect(const GlobalOptions& options, const ElectOptions& elect);

}  // namespace quorate::cli
