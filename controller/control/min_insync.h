// min.insync.replicas of partitions that come topic by topic.
//
// Owner and thread: one pass over an image.
#pragma once

#include <algorithm>
#include <cstddef>

#include "controller/image/config_origin.h"
#include "controller/image/image.h"

namespace quorate::controller {

// Looked up when the first of a topic's partitions asks.
class MinInsync {
 public:
  explicit MinInsync(const MetadataImage& image) : image_(image) {}

  // How many must be in sync for acks=all.
  [[nodiscard]] std::size_t of(const Topic& topic, const Partition& partition) {
    if (topic_ != &topic) {
      topic_ = &topic;
      configured_ = static_cast<std::size_t>(
          effective_topic_number({image_.configs}, topic.name, kMinInsyncKey));
    }
    return std::min(configured_, partition.replicas.size());
  }

 private:
  const MetadataImage& image_;
  const Topic* topic_ = nullptr;
  std::size_t configured_ = 0;
};

}  // namespace quorate::controller
