// What would become of the partitions if brokers were gone: asked before somebody stops them.
//
// Pure, on an image that stays as it is; the same code fences brokers that are really gone.
// Cost: O(partitions that the brokers hold x log n), in one go.
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/control/effects.h"
#include "controller/control/options.h"
#include "controller/image/image.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct Loss {
  std::vector<BrokerId> brokers;
  std::vector<std::string> racks;  // all brokers in them
};

struct LossReport {
  std::vector<BrokerId> brokers;  // who would be gone, in order, each once
  Effects effects;
  // Brokers that would still serve.
  std::uint32_t remaining = 0;
};

// Unclean elections, which would follow where they are allowed, are not counted as rescue.
// Errors: kNotFound (a broker that is not registered, a rack without brokers), kInvalidArgument
// (neither given).
[[nodiscard]] Result<LossReport> what_if_lost(const MetadataImage& image,
                                              const Loss& loss,
                                              const ControlOptions& options);

}  // namespace quorate::controller
