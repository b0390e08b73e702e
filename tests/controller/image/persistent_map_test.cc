// PersistentMap against std::map, with every old version kept.
#include "controller/image/persistent_map.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/random.h"

namespace quorate::controller {
namespace {

template <typename K, typename V>
std::vector<std::pair<K, V>> contents(const PersistentMap<K, V>& map) {
  std::vector<std::pair<K, V>> items;
  for (const auto& [key, value] : map)
    items.emplace_back(key, value);
  return items;
}

template <typename K, typename V>
std::vector<std::pair<K, V>> contents(const std::map<K, V>& map) {
  return {map.begin(), map.end()};
}

template <typename K>
void check_lookups(const PersistentMap<K, int>& map, const std::map<K, int>& model, const K& key) {
  const int* found = map.find(key);
  const auto expected = model.find(key);
  REQUIRE((found != nullptr) == (expected != model.end()));
  if (found != nullptr) REQUIRE(*found == expected->second);
  auto bound = map.lower_bound(key);
  const auto expected_bound = model.lower_bound(key);
  REQUIRE((bound == map.end()) == (expected_bound == model.end()));
  if (expected_bound != model.end()) REQUIRE((*bound).key == expected_bound->first);
}

// Random changes; each 97th version is kept together with its model and compared at the end.
template <typename K, typename MakeKey>
void compare_with_model(std::uint64_t seed, std::size_t steps, MakeKey make_key) {
  INFO("seed " << seed);
  Random random(seed);
  PersistentMap<K, int> map;
  std::map<K, int> model;
  std::vector<std::pair<PersistentMap<K, int>, std::map<K, int>>> versions;
  for (std::size_t step = 0; step < steps; ++step) {
    const K key = make_key(random);
    const int value = static_cast<int>(random.below(1000));
    const bool is_growing = step / 2000 % 2 == 0;
    if (random.chance(is_growing ? 2 : 8, 10)) {
      REQUIRE(map.erase(key) == (model.erase(key) == 1));
    } else if (random.chance(1, 10)) {
      if (int* place = map.find_mutable(key)) *place = value;
      if (const auto found = model.find(key); found != model.end()) found->second = value;
    } else {
      REQUIRE(map.set(key, value) == model.insert_or_assign(key, value).second);
    }
    REQUIRE(map.size() == model.size());
    check_lookups(map, model, make_key(random));
    if (step % 97 == 0) versions.emplace_back(map, model);
    if (step % 501 == 0) REQUIRE(contents(map) == contents(model));
  }
  for (const auto& [old_map, old_model] : versions) {
    REQUIRE(contents(old_map) == contents(old_model));
  }
}

TEST_CASE("a persistent map equals an ordered map under random changes and old copies stay",
          "[controller][persistent_map]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    compare_with_model<std::uint64_t>(seed, 8'000, [](Random& r) { return r.below(3'000); });
  }
}

TEST_CASE("a persistent map with few keys empties and fills again",
          "[controller][persistent_map]") {
  for (std::uint64_t seed = 11; seed <= 14; ++seed) {
    compare_with_model<std::uint64_t>(seed, 5'000, [](Random& r) { return r.below(60); });
  }
}

TEST_CASE("a persistent map with text keys equals an ordered map", "[controller][persistent_map]") {
  for (std::uint64_t seed = 21; seed <= 22; ++seed) {
    compare_with_model<std::string>(seed, 6'000, [](Random& r) {
      return "a-key-too-long-to-lie-in-the-object-" + std::to_string(r.below(900));
    });
  }
}

TEST_CASE("ascending and descending keys are all found and leave nothing behind",
          "[controller][persistent_map]") {
  constexpr int kCount = 5'000;
  PersistentMap<int, int> up;
  PersistentMap<int, int> down;
  for (int i = 0; i < kCount; ++i) {
    up.set(i, -i);
    down.set(kCount - 1 - i, i - kCount + 1);
  }
  CHECK(contents(up) == contents(down));
  const PersistentMap<int, int> kept = up;
  for (int i = 0; i < kCount; ++i) {
    CHECK(up.erase(i));
    CHECK(down.erase(i * 7919 % kCount));
  }
  CHECK(up.empty());
  CHECK(down.empty());
  CHECK(up.begin() == up.end());
  CHECK(kept.size() == kCount);
}

TEST_CASE("a value changed in place is not seen through an older copy",
          "[controller][persistent_map]") {
  PersistentMap<int, std::string> map;
  for (int i = 0; i < 100; ++i)
    map.set(i, "old");
  const PersistentMap<int, std::string> before = map;
  *map.find_mutable(42) = "new";
  CHECK(*map.find(42) == "new");
  CHECK(*before.find(42) == "old");
  CHECK(map.find_mutable(100) == nullptr);
  CHECK(map.at_or_add(100).empty());
  CHECK(before.find(100) == nullptr);
}

TEST_CASE("a persistent set keeps each key once in order", "[controller][persistent_map]") {
  PersistentSet<int> set;
  CHECK(set.insert(3));
  CHECK(set.insert(1));
  CHECK_FALSE(set.insert(3));
  std::vector<int> keys;
  for (const auto& [key, nothing] : set)
    keys.push_back(key);
  CHECK(keys == std::vector<int>{1, 3});
}

TEST_CASE("a walk changes what ascending keys name and leaves other copies as they are",
          "[controller][persistent_map]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    PersistentMap<int, int> map;
    std::map<int, int> model;
    const std::uint64_t size = random.below(4'000);
    for (std::uint64_t i = 0; i < size; ++i) {
      const int key = static_cast<int>(random.below(10'000));
      map.set(key, key);
      model[key] = key;
    }
    const PersistentMap<int, int> before = map;
    const std::map<int, int> model_before = model;
    PersistentMap<int, int>::Walk walk(map);
    const std::uint64_t step_max = random.between(1, 500);
    for (int key = -1; key < 10'010; key += static_cast<int>(random.below(step_max))) {
      auto spot = walk.seek(key);
      const int* found = spot.find(key);
      REQUIRE((found != nullptr) == (model.count(key) == 1));
      if (found == nullptr) {
        ++key;
        continue;
      }
      REQUIRE(*found == model[key]);
      spot.own_value() = model[key] = static_cast<int>(random.below(1'000));
    }
    CHECK(contents(map) == contents(model));
    CHECK(contents(before) == contents(model_before));
  }
}

TEST_CASE("a walk finds nothing in an empty map", "[controller][persistent_map]") {
  PersistentMap<int, int> map;
  PersistentMap<int, int>::Walk walk(map);
  CHECK(walk.seek(1).find(1) == nullptr);
  CHECK(map.at_or_add(1) == 0);
  CHECK(map.size() == 1);
}

}  // namespace
}  // namespace quorate::controller
