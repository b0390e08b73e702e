#include "raft/server/storage_watch.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

StorageHealth after_ticks(StorageWatch& watch, std::uint64_t sync, int ticks) {
  for (int i = 0; i < ticks; ++i)
    watch.on_ticks(1, sync);
  return watch.health();
}

TEST_CASE("an idle disk is healthy for ever", "[server][storage_watch]") {
  StorageWatch watch(/*slow_ticks=*/2, /*hung_ticks=*/4);
  CHECK(after_ticks(watch, /*sync=*/0, 1000) == StorageHealth::kHealthy);
}

TEST_CASE("many short syncs are healthy however long they go on", "[server][storage_watch]") {
  StorageWatch watch(2, 4);
  for (std::uint64_t sync = 1; sync < 100; ++sync)
    REQUIRE(watch.on_ticks(1, sync) == StorageHealth::kHealthy);
}

TEST_CASE("one sync that does not return is slow and then hung", "[server][storage_watch][P105]") {
  StorageWatch watch(2, 4);
  CHECK(after_ticks(watch, 7, 2) == StorageHealth::kHealthy);
  CHECK(after_ticks(watch, 7, 1) == StorageHealth::kSlow);
  CHECK(after_ticks(watch, 7, 1) == StorageHealth::kSlow);
  CHECK(after_ticks(watch, 7, 1) == StorageHealth::kHung);
  CHECK(after_ticks(watch, 7, 100) == StorageHealth::kHung);
}

TEST_CASE("ticks that come together count for a sync that was seen before them",
          "[server][storage_watch][P105]") {
  StorageWatch watch(2, 4);
  CHECK(watch.on_ticks(9, 7) == StorageHealth::kHealthy);  // it may have begun just now
  CHECK(watch.on_ticks(9, 7) == StorageHealth::kHung);
  CHECK(watch.on_ticks(9, 8) == StorageHealth::kHealthy);
}

TEST_CASE("a disk is healthy again once the sync has returned", "[server][storage_watch][P105]") {
  StorageWatch watch(2, 4);
  REQUIRE(after_ticks(watch, 7, 9) == StorageHealth::kHung);
  CHECK(watch.on_ticks(1, 8) == StorageHealth::kHealthy);
  REQUIRE(after_ticks(watch, 8, 9) == StorageHealth::kHung);
  CHECK(watch.on_ticks(1, 0) == StorageHealth::kHealthy);
}

}  // namespace
}  // namespace quorate::raft
