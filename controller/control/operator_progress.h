// How far a broker has come with what operators want of it, and what is in the way.
//
// Cost: O(partitions that it holds). Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

struct Obstacle {
  TopicPartition id;
  std::string reason;
};

struct OperatorProgress {
  std::uint32_t leaving = 0;     // replicas that are on their way to others
  std::uint64_t obstructed = 0;  // partitions that something is in the way of
  std::vector<Obstacle> first;   // of them, kShownMax at the most

  static constexpr std::size_t kShownMax = 20;
};

// The broker must be registered.
[[nodiscard]] OperatorProgress operator_progress(const MetadataImage& image, BrokerId id);

}  // namespace quorate::controller
