// What a batch would do to the partitions that people care about: two images compared.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/image/delta.h"
#include "controller/image/image.h"
#include "controller/image/partition.h"

namespace quorate::controller {

struct PartitionEffect {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<Partition> before;  // nothing: it is created
  Partition after;
};

struct Effects {
  std::uint64_t topics_created = 0;
  std::uint64_t topics_removed = 0;
  // Of partitions that are there before and after:
  std::uint64_t partitions_changed = 0;
  std::uint64_t leaders_moved = 0;   // led before and after, by another
  std::uint64_t leaders_lost = 0;    // led before, by nobody after
  std::uint64_t leaders_found = 0;   // led by nobody before
  std::uint64_t below_min_isr = 0;   // fewer in sync than before, and than acks=all asks for
  std::uint64_t replicas_added = 0;  // each is a copy to be made
  std::uint64_t replicas_removed = 0;
  // The first kShownMax that are created or changed, in the order of the images.
  std::vector<PartitionEffect> partitions;

  static constexpr std::size_t kShownMax = 100;

  // Nobody loses a leader, and nobody what acks=all asks for.
  [[nodiscard]] bool is_harmless() const { return leaders_lost == 0 && below_min_isr == 0; }
};

// `delta` says what was touched between them.
[[nodiscard]] Effects effects_between(const MetadataImage& before,
                                      const MetadataImage& after,
                                      const MetadataDelta& delta);

}  // namespace quorate::controller
