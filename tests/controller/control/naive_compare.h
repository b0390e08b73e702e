// The product's image and the naive model, side by side.
//
// Thread: one test.
#pragma once

#include <string>
#include <vector>

#include "controller/image/image.h"
#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

[[nodiscard]] std::vector<int> ints(const BrokerList& list);

// For people.
[[nodiscard]] std::string text_of(const NaivePartition& one);

// Fails the test where they differ.
void require_equal(const MetadataImage& image, const NaiveModel& model);

}  // namespace quorate::controller::testing
