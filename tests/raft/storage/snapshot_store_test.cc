// FileSnapshotStore over a directory in memory and over a real one.
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "raft/base/crc32c.h"
#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/memory_directory.h"
#include "tests/raft/storage/snapshot_content.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("a snapshot that was taken is listed and reads back", "[raft][snapshot_store][D8]") {
  SnapshotDisk disk;
  const std::string content = content_of(3, 2500);
  const auto meta = take(*disk.store, 3, content);
  REQUIRE(meta.is_ok());
  CHECK(meta->bytes == 2500);
  CHECK(meta->checksum == crc32c(content));
  CHECK(meta->membership == one_voter());
  CHECK(disk.store->list() == std::vector{*meta});
  CHECK(read_all(*disk.store, meta->last) == content);
  disk.reopen();
  CHECK(disk.store->list() == std::vector{*meta});
  CHECK(read_all(*disk.store, meta->last) == content);
}

TEST_CASE("any range of a snapshot can be read", "[raft][snapshot_store]") {
  SnapshotDisk disk;
  const std::string content = content_of(1, 1000);
  const auto meta = take(*disk.store, 1, content);
  const auto opened = disk.store->open(meta->last);
  REQUIRE(opened.is_ok());
  for (std::uint64_t offset = 0; offset <= 1000; offset += 37) {
    for (const std::size_t count : {1U, 64U, 300U, 5000U}) {
      const auto bytes = (*opened)->read(offset, count);
      REQUIRE(bytes.is_ok());
      CHECK(bytes->view() == content.substr(offset, count));
    }
  }
  CHECK_FALSE((*opened)->read(1001, 1).is_ok());
}

TEST_CASE("an empty snapshot is a snapshot", "[raft][snapshot_store]") {
  SnapshotDisk disk;
  const auto meta = take(*disk.store, 1, "");
  REQUIRE(meta.is_ok());
  CHECK(read_all(*disk.store, meta->last).empty());
  SnapshotDisk other;
  CHECK(other.store->receive(*meta, 0, "").value() == 0);
  CHECK(other.store->finish(*meta).is_ok());
  CHECK(other.store->list() == std::vector{*meta});
}

TEST_CASE("a snapshot whose source fails leaves nothing", "[raft][snapshot_store]") {
  SnapshotDisk disk;
  FailingSource source;
  const SnapshotMeta place{{Term{1}, Index{1}}, one_voter()};
  CHECK(disk.store->take(place, source).status().code() == Code::kUnavailable);
  CHECK(disk.store->list().empty());
  CHECK(disk.directory->list()->empty());
}

TEST_CASE("what arrives is kept in order and continued after a restart",
          "[raft][snapshot_store][P86]") {
  SnapshotDisk source;
  const std::string content = content_of(7, 900);
  const SnapshotMeta meta = *take(*source.store, 7, content);
  SnapshotDisk disk;
  CHECK(disk.store->receive(meta, 0, content.substr(0, 300)).value() == 300);
  CHECK(disk.store->receive(meta, 600, content.substr(600, 300)).value() == 300);  // a gap
  CHECK(disk.store->receive(meta, 0, content.substr(0, 300)).value() == 300);      // a repetition
  CHECK(disk.store->list().empty());
  disk.reopen();
  CHECK(disk.store->receive(meta, 300, content.substr(300, 300)).value() == 600);
  CHECK(disk.store->finish(meta).code() == Code::kFailedPrecondition);
  CHECK(disk.store->receive(meta, 600, content.substr(600)).value() == 900);
  REQUIRE(disk.store->finish(meta).is_ok());
  CHECK(read_all(*disk.store, meta.last) == content);
  CHECK(disk.store->receive(meta, 0, content.substr(0, 300)).value() == 900);  // it is there
  CHECK(disk.store->finish(meta).is_ok());
  CHECK(disk.directory->list()->size() == 1);
}

TEST_CASE("another snapshot on its way in replaces the one before",
          "[raft][snapshot_store][P86][P87]") {
  SnapshotDisk source;
  const SnapshotMeta first = *take(*source.store, 7, content_of(7, 900));
  const SnapshotMeta second = *take(*source.store, 8, content_of(8, 100));
  SnapshotDisk disk;
  CHECK(disk.store->receive(first, 0, content_of(7, 900).substr(0, 300)).value() == 300);
  CHECK(disk.store->receive(second, 0, content_of(8, 100)).value() == 100);
  CHECK(disk.store->finish(first).code() == Code::kFailedPrecondition);
  CHECK(disk.store->finish(second).is_ok());
  CHECK(disk.store->list() == std::vector{second});
  CHECK(disk.directory->list()->size() == 1);
}

TEST_CASE("a whole snapshot with a wrong checksum leaves nothing", "[raft][snapshot_store][P92]") {
  SnapshotDisk disk;
  const std::string content = content_of(1, 100);
  SnapshotMeta meta{{Term{1}, Index{5}}, one_voter(), 100, crc32c(content) ^ 1U};
  CHECK(disk.store->receive(meta, 0, content).value() == 100);
  CHECK(disk.store->finish(meta).code() == Code::kCorruption);
  CHECK(disk.store->list().empty());
  CHECK(disk.directory->list()->empty());
}

TEST_CASE("every damaged byte of a snapshot is found before it is used",
          "[raft][snapshot_store][P92]") {
  const std::string content = content_of(2, 700);
  SnapshotDisk disk;
  const SnapshotMeta meta = *take(*disk.store, 2, content);
  const std::string name = snapshot_name(meta.last);
  const std::uint64_t size = disk.directory->size_of(name);
  for (std::uint64_t at = 0; at < size; ++at) {
    disk.directory->damage(name, at);
    disk.reopen();
    const auto opened = disk.store->open(meta.last);
    CHECK_FALSE(opened.is_ok());
    disk.directory->damage(name, at);
  }
  disk.reopen();
  CHECK(read_all(*disk.store, meta.last) == content);
}

TEST_CASE("a snapshot that was never installed takes no other's place",
          "[raft][snapshot_store][P16][P87]") {
  SnapshotDisk disk;
  for (const std::uint64_t index : {10U, 20U, 32U, 38U})
    REQUIRE(take(*disk.store, index, content_of(index, 100)).is_ok());
  // The state machine was restored from 20; 32 is about to be, 38 came from a leader before.
  REQUIRE(disk.store->collect(Index{20}).is_ok());
  for (const std::uint64_t index : {20U, 32U, 38U})
    CHECK(read_all(*disk.store, {Term{1}, Index{index}}) == content_of(index, 100));
  CHECK(disk.store->list().size() == 3);
  REQUIRE(disk.store->collect(Index{37}).is_ok());
  CHECK(disk.store->list().size() == 2);
  REQUIRE(disk.store->collect(Index{38}).is_ok());
  CHECK(disk.store->list().size() == 1);
}

TEST_CASE("what arrived of a snapshot goes when the state machine has passed it",
          "[raft][snapshot_store][P86]") {
  SnapshotDisk disk;
  REQUIRE(take(*disk.store, 38, content_of(38, 100)).is_ok());
  const std::string content = content_of(32, 100);
  const SnapshotMeta meta{{Term{1}, Index{32}}, one_voter(), 100, crc32c(content)};
  REQUIRE(disk.store->receive(meta, 0, content.substr(0, 50)).value() == 50);
  REQUIRE(disk.store->collect(Index{20}).is_ok());
  REQUIRE(disk.store->receive(meta, 50, content.substr(50, 30)).value() == 80);
  REQUIRE(disk.store->collect(Index{38}).is_ok());
  CHECK(disk.directory->list()->size() == 1);
}

TEST_CASE("only the newest snapshot and those that are open are kept",
          "[raft][snapshot_store][P87]") {
  SnapshotDisk disk;
  for (std::uint64_t index = 1; index <= 4; ++index)
    REQUIRE(take(*disk.store, index, content_of(index, 100)).is_ok());
  auto pinned = disk.store->open({Term{1}, Index{2}}).value();
  REQUIRE(disk.store->collect(Index{4}).is_ok());
  REQUIRE(disk.store->list().size() == 2);
  CHECK(disk.store->list().front().last.index == Index{4});
  CHECK(pinned->read(0, 1000)->view() == content_of(2, 100));
  pinned.reset();
  REQUIRE(disk.store->collect(Index{4}).is_ok());
  CHECK(disk.store->list().size() == 1);
  CHECK(disk.directory->list()->size() == 1);
}

TEST_CASE("what is no snapshot is left alone and named", "[raft][snapshot_store]") {
  TempDir dir;
  std::ofstream(dir.path("snapshot-junk")) << "junk";
  std::ofstream(dir.path("taking")) << "half";
  std::ofstream(dir.path("incoming")) << "half";
  auto store = FileSnapshotStore::open(open_posix_directory(dir.path()).value(), {});
  REQUIRE(store.is_ok());
  CHECK((*store)->list().empty());
  REQUIRE((*store)->problems().size() == 1);
  CHECK((*store)->problems().front().message().find("snapshot-junk") != std::string::npos);
  CHECK(std::filesystem::exists(dir.path("snapshot-junk")));
  CHECK_FALSE(std::filesystem::exists(dir.path("taking")));
  CHECK_FALSE(std::filesystem::exists(dir.path("incoming")));
}

TEST_CASE("a real directory keeps what a store wrote", "[raft][snapshot_store][P16]") {
  TempDir dir;
  const std::string place = dir.path("a/b");
  const std::string content = content_of(9, 5000);
  SnapshotMeta meta;
  {
    auto store = FileSnapshotStore::open(open_posix_directory(place).value(), {GroupId{1}, 512});
    REQUIRE(store.is_ok());
    meta = *take(**store, 9, content);
    REQUIRE((*store)->receive({{Term{1}, Index{12}}, one_voter(), 10, 0}, 0, "01234").value() == 5);
  }
  auto store = FileSnapshotStore::open(open_posix_directory(place).value(), {});
  REQUIRE(store.is_ok());
  CHECK((*store)->problems().empty());
  CHECK(read_all(**store, meta.last) == content);
  CHECK((*store)->receive({{Term{1}, Index{12}}, one_voter(), 10, 0}, 0, "").value() == 5);
  // Of another group: not ours.
  auto other = FileSnapshotStore::open(open_posix_directory(place).value(), {GroupId{2}});
  REQUIRE(other.is_ok());
  CHECK((*other)->list().empty());
  CHECK((*other)->problems().size() == 1);
}

}  // namespace
}  // namespace quorate::raft::testing
