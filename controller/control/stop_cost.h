// What stopping brokers would cost, for the guard of maintenance (OPS-4): a cheap count, where
// what_if.h makes the changes and tells all of them.
//
// Cost: O(partitions that the brokers hold), without a change of an image.
// Thread: any.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "controller/image/image.h"

namespace quorate::controller {

struct StopCost {
  std::uint64_t leaders_lost = 0;   // partitions that nobody in sync could lead
  std::uint64_t below_min_isr = 0;  // fewer in sync than acks=all asks for, and than now
  std::string first;                // one of them, "orders-3"; empty when there is none

  [[nodiscard]] bool is_nothing() const { return leaders_lost == 0 && below_min_isr == 0; }
};

// If all of `brokers` stopped now.
[[nodiscard]] StopCost cost_of_stop(const MetadataImage& image, const std::set<BrokerId>& brokers);

}  // namespace quorate::controller
