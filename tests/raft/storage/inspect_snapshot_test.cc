// Snapshots of an inspected directory: whole, torn, missing, ahead of the log, on their way.
#include <filesystem>

#include "raft/storage/file_snapshot_store.h"
#include "tests/raft/storage/rocksdb_fixture.h"
#include "tests/raft/storage/snapshot_content.h"

namespace quorate::raft {

namespace {

namespace fs = std::filesystem;

// A log of 1..50, or of what lies behind its base at 30 when `base` is that, and a place for
// snapshots.
struct Directory50 {
  explicit Directory50(Index base) {
    format(temp.path("data"));
    auto store = opened_store(temp.path("data"));
    persist(*store, append_batch(1, 50, 1));
    if (base == Index{0}) return;
    PersistBatch batch;
    batch.group = kGroup;
    batch.snapshot = SnapshotMeta{{Term{1}, base}, contract_membership()};
    persist(*store, batch);
  }
  [[nodiscard]] std::string folder() const { return temp.path("data/snapshots/7"); }
  void take(std::uint64_t index) const {
    fs::create_directories(folder());
    auto store = FileSnapshotStore::open(*open_posix_directory(folder()), {kGroup, 256});
    REQUIRE(store.is_ok());
    REQUIRE(testing::take(**store, index, testing::content_of(index, 2000)).is_ok());
  }
  [[nodiscard]] Inspection verify() const { return inspected(temp.path("data"))->verify({}); }

  TempDir temp;
};

}  // namespace

TEST_CASE("a whole snapshot that the log covers is listed without a finding",
          "[raft][storage][inspect][P16]") {
  const Directory50 dir(Index{30});
  dir.take(30);
  const Inspection found = dir.verify();
  CHECK(found.findings.empty());
  REQUIRE(found.snapshots.size() == 1);
  CHECK(found.snapshots[0].is_whole);
  CHECK(found.snapshots[0].meta.bytes == 2000);
  CHECK(found.snapshots[0].meta.last == LogId{Term{1}, Index{30}});
}

TEST_CASE("a torn snapshot is named with what it should have been",
          "[raft][storage][inspect][P16][P92]") {
  const Directory50 dir(Index{30});
  dir.take(30);
  const std::string file = dir.folder() + "/" + snapshot_name({Term{1}, Index{30}});
  fs::resize_file(file, fs::file_size(file) / 2);
  const Inspection found = dir.verify();
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[0].kind == FindingKind::kSnapshotDamaged);
  CHECK(found.findings[0].file == "snapshots/7/" + snapshot_name({Term{1}, Index{30}}));
  CHECK(found.findings[0].index == Index{30});
  CHECK(found.findings[0].message == "snapshot: it ends inside a chunk");
  CHECK(found.findings[1].kind == FindingKind::kSnapshotMissing);
  CHECK(found.findings[1].index == Index{30});
  CHECK(!found.is_whole());
}

TEST_CASE("a snapshot beyond the log and one on its way are notes",
          "[raft][storage][inspect][P86]") {
  const Directory50 dir(Index{0});
  dir.take(60);
  {
    auto store = FileSnapshotStore::open(*open_posix_directory(dir.folder()), {kGroup, 256});
    SnapshotMeta meta{{Term{1}, Index{80}}, testing::one_voter(), 1000, 1};
    REQUIRE((*store)->receive(meta, 0, std::string(300, 'x')).is_ok());
  }
  const Inspection found = dir.verify();
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[0].kind == FindingKind::kSnapshotUnfinished);
  CHECK(found.findings[0].file == "snapshots/7/incoming");
  CHECK(found.findings[0].message.find("300 bytes of it are here") != std::string::npos);
  CHECK(found.findings[1].kind == FindingKind::kSnapshotAhead);
  CHECK(found.findings[1].index == Index{60});
  CHECK(found.is_whole());
}

}  // namespace quorate::raft
