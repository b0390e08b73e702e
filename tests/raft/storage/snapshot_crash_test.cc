// A power failure at every file operation of a snapshot store's life: what had been said to be
// there is there, whole, and nothing is left over.
#include <map>

#include <catch2/catch.hpp>

#include "tests/raft/storage/snapshot_content.h"

namespace quorate::raft::testing {
namespace {

// What the store said before the power failed.
struct Promised {
  std::map<std::uint64_t, std::string> kept;  // by index: snapshots that are there
  std::uint64_t newest = 0;
};

// Takes, receives, replaces and collects. Stops at the first error, as after a power failure.
Promised live(SnapshotStore& store, const SnapshotMeta& foreign, const std::string& foreign_text) {
  Promised promised;
  const auto keep = [&](std::uint64_t index, const std::string& text) {
    promised.kept[index] = text;
    promised.newest = std::max(promised.newest, index);
  };
  if (!take(store, 1, content_of(1, 700)).is_ok()) return promised;
  keep(1, content_of(1, 700));
  for (std::size_t at = 0; at < foreign_text.size(); at += 200) {
    if (!store.receive(foreign, at, foreign_text.substr(at, 200)).is_ok()) return promised;
  }
  if (!store.finish(foreign).is_ok()) return promised;
  keep(foreign.last.index.value, foreign_text);
  promised.kept.erase(1);  // may go from here on
  if (!store.collect(foreign.last.index).is_ok()) return promised;
  if (!take(store, 9, content_of(9, 300)).is_ok()) return promised;
  keep(9, content_of(9, 300));
  promised.kept.erase(foreign.last.index.value);
  static_cast<void>(store.collect(Index{9}));
  return promised;
}

void check_after(SnapshotDisk& disk, const Promised& promised) {
  disk.directory->stop_never();
  REQUIRE(disk.try_reopen().is_ok());
  for (const auto& [index, text] : promised.kept)
    CHECK(read_all(*disk.store, {Term{1}, Index{index}}) == text);
  const auto there = disk.store->list();
  if (promised.newest > 0) {
    REQUIRE_FALSE(there.empty());
    CHECK(there.front().last.index.value >= promised.newest);
  }
  for (const SnapshotMeta& meta : there)
    CHECK(read_all(*disk.store, meta.last).size() == meta.bytes);
  CHECK(disk.store->problems().empty());
  REQUIRE(disk.store->collect(Index{9}).is_ok());
  const auto names = disk.directory->list().value();
  const auto is_left_over = [&](const std::string& name) { return name == "taking"; };
  CHECK(std::none_of(names.begin(), names.end(), is_left_over));
  CHECK(names.size() <= disk.store->list().size() + 1);  // and what is on its way in
}

TEST_CASE("after a power failure at any operation each promised snapshot is there and whole",
          "[raft][snapshot_store][crash][P16][P17][P86][P87]") {
  SnapshotDisk source;
  const std::string foreign_text = content_of(5, 1000);
  const SnapshotMeta foreign = *take(*source.store, 5, foreign_text);
  std::uint64_t operations = 0;
  {
    SnapshotDisk disk;
    const Promised all = live(*disk.store, foreign, foreign_text);
    REQUIRE(all.newest == 9);
    operations = disk.directory->operations();
  }
  REQUIRE(operations > 30);
  for (std::uint64_t stop = 0; stop < operations; ++stop) {
    // Of what was not synced: nothing, half, or all stays; names old or new.
    for (int left = 0; left < 6; ++left) {
      INFO("operation " << stop << " of " << operations << ", left " << left);
      SnapshotDisk disk;
      disk.directory->stop_at(disk.directory->operations() + stop);
      const Promised promised = live(*disk.store, foreign, foreign_text);
      disk.directory->lose_power([left](std::uint64_t most) {
        if (most == 1) return static_cast<std::uint64_t>(left % 2);
        return most * static_cast<std::uint64_t>(left / 2) / 2;
      });
      check_after(disk, promised);
      // And it can go on: what had arrived is continued or begins anew.
      for (std::size_t at = 0; at < foreign_text.size();) {
        const auto held = disk.store->receive(foreign, at, foreign_text.substr(at, 150));
        REQUIRE(held.is_ok());
        REQUIRE(*held > 0);
        at = *held;
      }
      CHECK(disk.store->finish(foreign).is_ok());
      CHECK(read_all(*disk.store, foreign.last) == foreign_text);
    }
  }
}

}  // namespace
}  // namespace quorate::raft::testing
