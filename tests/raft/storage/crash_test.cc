// The disk stops at every single operation of a history, in three ways, followed by the end of the
// process or of the power: what was acknowledged is there, and nothing in between is.
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/raft/storage/fault_disk.h"
#include "tests/raft/storage/log_history.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

constexpr std::uint64_t kCrashesMin = 1000;  // in each of three ways: 3,000 crash points

// Runs the history on `disk`; how many batches were acknowledged. After a failure it goes on
// trying: nothing may be acknowledged any more (P13).
std::size_t run_history(const std::string& dir, FaultDisk& disk) {
  const auto store = RocksDbLogStoreMaker::open(store_options(dir), disk.parts(dir));
  if (!store.is_ok()) {
    REQUIRE(disk.has_stopped());
    return 0;
  }
  std::size_t acknowledged = 0;
  Status failure;
  for (const PersistBatch& batch : history_batches()) {
    const Status status = (*store)->persist(std::vector<PersistBatch>{batch});
    if (failure.is_ok() && status.is_ok()) {
      ++acknowledged;
    } else if (failure.is_ok()) {
      failure = status;
      CHECK(status.code() == Code::kIoError);
    } else {
      CHECK(to_string(status) == to_string(failure));
      CHECK_FALSE((*store)->health().is_ok());
    }
  }
  return acknowledged;
}

void copy(const std::string& from, const std::string& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

struct Crash {
  std::uint64_t operation;
  LastEffect effect;
  bool power_lost;
};

// Whether the disk was still running when the history ended.
bool survive(const Crash& crash,
             const std::string& formatted,
             const std::string& dir,
             const std::vector<DurableState>& states) {
  copy(formatted, dir);
  FaultDisk disk;
  disk.stop_at(crash.operation, crash.effect);
  const std::size_t acknowledged = run_history(dir, disk);
  if (crash.power_lost) disk.forget_unsynced();
  FaultDisk healthy;
  const auto reopened = RocksDbLogStoreMaker::open(store_options(dir), healthy.parts(dir));
  INFO("operation " << crash.operation << ", acknowledged " << acknowledged << ": "
                    << to_string(reopened.status()));
  REQUIRE(reopened.is_ok());
  const DurableState found = durable_state(**reopened);
  const bool next = acknowledged + 1 < states.size() && found == states[acknowledged + 1];
  CHECK((found == states[acknowledged] || next));
  for (const TermRun& run : found.runs)
    CHECK(run.term <= found.hard_state.term);
  return !disk.has_stopped();
}

// A crash at every operation, of which `effect` is left, with and without a loss of power.
void crash_everywhere(LastEffect effect) {
  const TempDir temp;
  const std::vector<DurableState> states = history_states(temp.path("healthy"));
  format(temp.path("formatted"));
  std::uint64_t crashes = 0;
  for (const bool power_lost : {false, true}) {
    std::uint64_t operation = 1;
    while (!survive(
        {operation, effect, power_lost}, temp.path("formatted"), temp.path("crashed"), states)) {
      ++operation;
    }
    crashes += operation;
  }
  CHECK(crashes > kCrashesMin);
}

}  // namespace

TEST_CASE("a crash that undoes its operation leaves every batch that was acknowledged",
          "[raft][storage][crash][P1][P2][P10][P13][D5][D9][D05][D11]") {
  crash_everywhere(LastEffect::kNone);
}

TEST_CASE("a crash in the middle of an operation leaves no half of a batch",
          "[raft][storage][crash][P1][P2][P10][P13][D5][D9][D05][D11]") {
  crash_everywhere(LastEffect::kHalf);
}

TEST_CASE("a crash right after an operation leaves every batch that was acknowledged",
          "[raft][storage][crash][P1][P2][P10][P13][D5][D9][D05][D11]") {
  crash_everywhere(LastEffect::kAll);
}

TEST_CASE("a failed sync is not tried again", "[raft][storage][crash][P13][D05]") {
  const TempDir temp;
  format(temp.path("data"));
  FaultDisk disk;
  auto store =
      RocksDbLogStoreMaker::open(store_options(temp.path("data")), disk.parts(temp.path("data")));
  REQUIRE(store.is_ok());
  persist(**store, append_batch(1, 3, 1));
  disk.stop_at(disk.operations() + 2, LastEffect::kNone);  // the write goes well, the sync not
  const Status failed = (*store)->persist(std::vector{append_batch(4, 4, 1)});
  CHECK(failed.code() == Code::kIoError);
  const std::uint64_t operations = disk.operations();
  for (int i = 0; i < 3; ++i) {
    CHECK(to_string((*store)->persist(std::vector{append_batch(4, 4, 1)})) == to_string(failed));
  }
  CHECK((*store)->bootstrap({GroupId{50}, contract_membership()}).code() == Code::kIoError);
  CHECK((*store)->compact(kGroup, Index{0}).code() == Code::kIoError);
  CHECK(disk.operations() == operations);
}

TEST_CASE("failing background work ends the store with a reason", "[raft][storage][crash][D28]") {
  const TempDir temp;
  format(temp.path("data"));
  FaultDisk disk;
  RocksDbLogStoreOptions options = store_options(temp.path("data"));
  options.memtable_bytes = 64U << 10U;
  auto store = RocksDbLogStoreMaker::open(options, disk.parts(temp.path("data")));
  REQUIRE(store.is_ok());
  disk.fail_files(".sst");
  Status status;
  PersistBatch batch = append_batch(1, 1, 1);
  for (std::uint64_t index = 1; index < 2000 && status.is_ok(); ++index) {
    batch.entries = make_entries(index, index, 1, 4096);
    status = (*store)->persist(std::vector{batch});
  }
  CHECK(status.code() == Code::kIoError);
  CHECK(to_string((*store)->health()) == to_string(status));
}

}  // namespace quorate::raft
