// Every file of a data directory is damaged in every way: the store refuses with a reason, or all
// that was acknowledged is there, or reading names what is damaged. Never a silent loss, never a
// lower term or another vote.
#include <filesystem>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>

#include "raft/storage/witness.h"
#include "tests/raft/storage/fault_disk.h"
#include "tests/raft/storage/log_history.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

namespace fs = std::filesystem;

// Changes the file at `path`, or removes it.
using Damage = std::function<void(const std::string& path)>;

void overwrite(const std::string& path, std::uintmax_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
}

void flip_bit(const std::string& path, std::uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(byte ^ 0x10));
}

std::vector<Damage> damages(std::uintmax_t size) {
  std::vector<Damage> all{[](const std::string& path) { fs::remove(path); }};
  if (size == 0) return all;
  for (std::uintmax_t part = 0; part < 8; ++part) {
    const std::uintmax_t at = std::min(size - 1, size * part / 7);
    all.emplace_back([at](const std::string& path) { flip_bit(path, at); });
    all.emplace_back([at](const std::string& path) { fs::resize_file(path, at); });
  }
  for (const std::uintmax_t at : {std::uintmax_t{0}, size / 2}) {
    const std::string zeros(std::min<std::uintmax_t>(512, size - at), '\0');
    all.emplace_back([at, zeros](const std::string& path) { overwrite(path, at, zeros); });
  }
  return all;
}

// How a damaged directory answered.
enum class Answer : std::uint8_t { kRefused, kNamed, kWhole };

Answer open_damaged(const std::string& dir, const DurableState& expected) {
  FaultDisk disk;  // does not really sync: there are hundreds of these
  const auto store = RocksDbLogStoreMaker::open(store_options(dir), disk.parts(dir));
  if (!store.is_ok()) {
    CHECK(store.status().message().size() > 10);
    return Answer::kRefused;
  }
  const Result<Recovered> recovered = (*store)->recover(kGroup);
  if (!recovered.is_ok()) return Answer::kNamed;
  CHECK(recovered->hard_state == expected.hard_state);
  CHECK(recovered->last == expected.last);
  CHECK(recovered->term_runs == expected.runs);
  const Index first = recovered->snapshot.last.index.next();
  const auto entries = (*store)->read(kGroup, first, expected.last, SIZE_MAX);
  if (!entries.is_ok()) {
    CHECK(entries.status().code() == Code::kCorruption);
    return Answer::kNamed;
  }
  CHECK((*entries == expected.entries));
  return Answer::kWhole;
}

// Sweeps all files of `dir`; how many answers there were of each kind.
std::map<Answer, int> sweep(const std::string& dir, const TempDir& temp) {
  const DurableState expected = [&] {
    fs::copy(dir, temp.path("expected"), fs::copy_options::recursive);
    return durable_state(*opened_store(temp.path("expected")));
  }();
  std::map<Answer, int> answers;
  for (const auto& item : fs::recursive_directory_iterator(dir)) {
    if (!item.is_regular_file()) continue;
    const std::string name = fs::relative(item.path(), dir);
    int number = 0;
    for (const Damage& damage : damages(item.file_size())) {
      INFO(name << ", damage " << number++);
      fs::remove_all(temp.path("damaged"));
      fs::copy(dir, temp.path("damaged"), fs::copy_options::recursive);
      damage(temp.path("damaged/" + name));
      ++answers[open_damaged(temp.path("damaged"), expected)];
    }
  }
  fs::remove_all(temp.path("expected"));
  return answers;
}

const HardState kLastPromise{Term{1000}, std::nullopt};

// The history on a store in "data"; "live" is a copy made before the store was closed, with the
// newest batches in RocksDB's write-ahead log. The last batch raises the term: with it the witness
// has claimed the whole log, which it does a write late for entries alone (witness.h, I3).
void make_directories(const TempDir& temp) {
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  std::vector<PersistBatch> batches = history_batches();
  batches.push_back({.group = kGroup, .hard_state = kLastPromise});
  for (const PersistBatch& batch : batches)
    persist(*store, batch);
  fs::copy(temp.path("data"), temp.path("live"), fs::copy_options::recursive);
}

}  // namespace

TEST_CASE("damage to any file is refused or named or harmless",
          "[raft][storage][damage][P14][P15][D1][D2][D13][D14][D15][D16][D17]") {
  const TempDir temp;
  make_directories(temp);
  for (const char* dir : {"data", "live"}) {
    std::map<Answer, int> answers = sweep(temp.path(dir), temp);
    CAPTURE(dir, answers[Answer::kRefused], answers[Answer::kNamed], answers[Answer::kWhole]);
    CHECK(answers[Answer::kRefused] > 50);
  }
}

TEST_CASE("a live log that is gone or cut between records is seen by the witness",
          "[raft][storage][damage][P14][P15][D16][D18][G09]") {
  const TempDir temp;
  make_directories(temp);
  int logs = 0;
  for (const auto& item : fs::directory_iterator(temp.path("live/raft-log"))) {
    if (item.path().extension() != ".log") continue;
    ++logs;
    fs::remove(item.path());
  }
  REQUIRE(logs >= 1);
  const Status status = open_store(temp.path("live")).status();
  INFO(to_string(status));
  CHECK(status.code() == Code::kCorruption);
  CHECK(status.message().find("the stored term is 0 but term 1000 was made durable: the disk lost "
                              "synced data") != std::string::npos);
  // Refused again, and again: nothing was repaired behind our back (D10).
  CHECK(to_string(open_store(temp.path("live")).status()) == to_string(status));
}

TEST_CASE("a database restored from an older copy is refused with both positions",
          "[raft][storage][damage][D20]") {
  const TempDir temp;
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  persist(*store, append_batch(1, 41, 3));
  store.reset();
  fs::copy(temp.path("data/raft-log"), temp.path("old"), fs::copy_options::recursive);
  store = opened_store(temp.path("data"));
  persist(*store, append_batch(42, 57, 3));
  store.reset();
  fs::remove_all(temp.path("data/raft-log"));
  fs::copy(temp.path("old"), temp.path("data/raft-log"), fs::copy_options::recursive);
  const Status status = open_store(temp.path("data")).status();
  CHECK(status.code() == Code::kCorruption);
  CHECK(status.message() ==
        "group 7: log ends at 41 of term 3 but index 57 of term 3 was made durable: "
        "the disk lost synced data");
  const Inspection inspection = inspected(temp.path("data"))->verify({});
  REQUIRE(inspection.findings.size() == 1);
  CHECK(inspection.findings[0].kind == FindingKind::kBehindWitness);
  CHECK(inspection.findings[0].index == Index{57});
}

TEST_CASE("a witness of another directory is refused", "[raft][storage][damage][D22]") {
  const TempDir temp;
  format(temp.path("data"));
  WitnessState other;
  other.identity = kIdentity;
  other.identity.incarnation = Incarnation{8, 8};
  REQUIRE(create_witness(temp.path("data/witness"), other).is_ok());
  const Status status = open_store(temp.path("data")).status();
  CHECK(status.code() == Code::kCorruption);
  CHECK(status.message().find("belongs to incarnation") != std::string::npos);
}

}  // namespace quorate::raft
