// PersistentVector against std::vector, with every old version kept.
#include "controller/image/persistent_vector.h"

#include <cstdint>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/random.h"

namespace quorate::controller {
namespace {

std::vector<int> contents(const PersistentVector<int>& vector) {
  std::vector<int> items;
  vector.for_each([&](std::size_t at, int item) {
    REQUIRE(at == items.size());
    items.push_back(item);
  });
  return items;
}

TEST_CASE("a persistent vector equals a vector under random changes and old copies stay",
          "[controller][persistent_vector]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    PersistentVector<int> vector;
    std::vector<int> model;
    std::vector<std::pair<PersistentVector<int>, std::vector<int>>> versions;
    for (int step = 0; step < 4'000; ++step) {
      if (model.empty() || random.chance(1, 2)) {
        vector.push_back(step);
        model.push_back(step);
      } else {
        const std::size_t at = random.below(model.size());
        vector.at_mutable(at) = -step;
        model[at] = -step;
      }
      REQUIRE(vector.size() == model.size());
      const std::size_t at = random.below(model.size());
      REQUIRE(vector[at] == model[at]);
      if (step % 131 == 0) versions.emplace_back(vector, model);
    }
    for (const auto& [old_vector, old_model] : versions) {
      REQUIRE(contents(old_vector) == old_model);
    }
  }
}

TEST_CASE("a persistent vector of many levels finds every item",
          "[controller][persistent_vector]") {
  constexpr std::size_t kCount = 40'000;  // more than two levels hold
  PersistentVector<int> vector;
  for (std::size_t i = 0; i < kCount; ++i)
    vector.push_back(static_cast<int>(i));
  const PersistentVector<int> before = vector;
  vector.at_mutable(kCount / 2) = -1;
  bool is_right = true;
  for (std::size_t i = 0; i < kCount; ++i)
    is_right = is_right && before[i] == static_cast<int>(i);
  CHECK(is_right);
  CHECK(vector[kCount / 2] == -1);
}

}  // namespace
}  // namespace quorate::controller
