// PersistentVector against std::vector, with every old version kept.
#include "controller/image/persistent_vector.h"

#include <cstdint>
#include <memory>
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
        vector.set(at, -step);
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
  vector.set(kCount / 2, -1);
  bool is_right = true;
  for (std::size_t i = 0; i < kCount; ++i)
    is_right = is_right && before[i] == static_cast<int>(i);
  CHECK(is_right);
  CHECK(vector[kCount / 2] == -1);
}

// Has something elsewhere from 100 on.
struct PartlyPlain {
  std::shared_ptr<int> elsewhere;
  int value = 0;
  explicit PartlyPlain(int number) : value(number) {
    if (number >= 100) elsewhere = counted();
  }
  [[nodiscard]] bool is_plain() const { return elsewhere == nullptr; }
  static std::shared_ptr<int>& counted() {
    static auto one = std::make_shared<int>(1);
    return one;
  }
};

TEST_CASE("items that have something elsewhere are copied and ended as such",
          "[controller][persistent_vector]") {
  const auto others = [] { return PartlyPlain::counted().use_count() - 1; };
  {
    PersistentVector<PartlyPlain> vector;
    for (int i = 0; i < 10; ++i)
      vector.push_back(PartlyPlain(i));
    const PersistentVector<PartlyPlain> plain = vector;
    vector.set(4, PartlyPlain(104));
    CHECK(others() == 1);
    const PersistentVector<PartlyPlain> mixed = vector;
    vector.set(5, PartlyPlain(105));  // copies the leaf with 104 in it
    CHECK(others() == 3);
    vector.push_back(PartlyPlain(106));
    CHECK(others() == 4);
    vector.set(4, PartlyPlain(4));
    CHECK(others() == 3);
    CHECK(plain[4].value == 4);
    CHECK(mixed[4].value == 104);
    CHECK(mixed[5].value == 5);
    CHECK(vector[4].value == 4);
    CHECK(vector[5].value == 105);
    CHECK(vector[10].value == 106);
  }
  CHECK(others() == 0);
}

}  // namespace
}  // namespace quorate::controller
