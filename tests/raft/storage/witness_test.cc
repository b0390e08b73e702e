#include "raft/storage/witness.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

WitnessState state_of(std::uint64_t sequence, std::uint64_t last) {
  WitnessState state;
  state.sequence = sequence;
  state.identity = kIdentity;
  state.groups[kGroup] = {HardState{Term{3}, contract_replica(2)}, {Term{3}, Index{last}}};
  state.groups[GroupId{8}] = {HardState{Term{1}, std::nullopt}, {}};
  return state;
}

void damage_slot(const std::string& path, std::size_t slot) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(slot * kWitnessSlotBytes + 20));
  file << "x";
}

// Keeps what was written; the first `failures` writes fail.
class MemoryWitnessFile final : public WitnessFile {
 public:
  struct Written {
    Mutex mutex;
    std::vector<std::pair<std::uint64_t, std::string>> writes QUORATE_GUARDED_BY(mutex);
  };
  MemoryWitnessFile(Written& written, int failures) : written_(written), failures_(failures) {}
  Status write(std::uint64_t offset, std::string_view bytes) override {
    const MutexLock lock(written_.mutex);
    written_.writes.emplace_back(offset, bytes);
    return failures_-- > 0 ? Status(Code::kIoError, "no") : Status::ok();
  }

 private:
  Written& written_;
  int failures_;
};

}  // namespace

TEST_CASE("a witness slot survives its bytes and no flipped bit", "[raft][storage][witness][D13]") {
  const std::string slot = encode_witness(state_of(9, 41));
  REQUIRE(slot.size() == kWitnessSlotBytes);
  CHECK((*decode_witness(slot) == state_of(9, 41)));
  for (std::size_t at = 0; at < slot.size(); ++at) {
    std::string changed = slot;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    REQUIRE(decode_witness(changed).status().code() == Code::kCorruption);
  }
}

TEST_CASE("a full witness fits its slot", "[raft][storage][witness]") {
  WitnessState state = state_of(1, 1);
  for (std::uint64_t group = 100; state.groups.size() < kWitnessGroupsMax; ++group) {
    state.groups[GroupId{group}] = state.groups[kGroup];
  }
  CHECK((*decode_witness(encode_witness(state)) == state));
}

TEST_CASE("the newest whole slot counts", "[raft][storage][witness][D11][D14]") {
  const TempDir temp;
  const std::string path = temp.path("witness");
  REQUIRE(create_witness(path, state_of(1, 10)).is_ok());
  {
    Witness witness(*open_witness_file(path), *read_witness(path));
    for (std::uint64_t last = 11; last <= 14; ++last) {
      witness.post(kGroup, state_of(0, last).groups[kGroup]);
      REQUIRE(witness.write().is_ok());
    }
    CHECK(witness.claim(kGroup)->last.index == Index{14});
    CHECK(witness.bytes_written() == 4 * kWitnessSlotBytes);
  }
  REQUIRE(read_witness(path)->sequence == 5);
  damage_slot(path, 1);  // 5 is odd
  const Result<WitnessState> older = read_witness(path);
  REQUIRE(older.is_ok());
  CHECK(older->sequence == 4);
  CHECK(older->groups.at(kGroup).last.index == Index{13});
  damage_slot(path, 0);
  CHECK(read_witness(path).status().code() == Code::kCorruption);
}

TEST_CASE("what was posted is written at the end", "[raft][storage][witness]") {
  MemoryWitnessFile::Written written;
  {
    Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), state_of(1, 1));
    witness.post(kGroup, state_of(0, 2).groups[kGroup]);
    witness.post(kGroup, state_of(0, 3).groups[kGroup]);
  }
  const MutexLock lock(written.mutex);
  REQUIRE(written.writes.size() == 1);  // the older claim was replaced, not written
  CHECK(decode_witness(written.writes[0].second)->groups.at(kGroup).last.index == Index{3});
}

TEST_CASE("a claim that did not change is not written", "[raft][storage][witness]") {
  MemoryWitnessFile::Written written;
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), state_of(1, 1));
  witness.post(kGroup, state_of(0, 1).groups[kGroup]);
  CHECK(witness.write().is_ok());
  const MutexLock lock(written.mutex);
  CHECK(written.writes.empty());
}

TEST_CASE("the first failed witness write is the last", "[raft][storage][witness][P13][D9]") {
  MemoryWitnessFile::Written written;
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 1), state_of(1, 1));
  witness.post(kGroup, state_of(0, 2).groups[kGroup]);
  CHECK(witness.write().code() == Code::kIoError);
  witness.post(kGroup, state_of(0, 3).groups[kGroup]);
  CHECK(witness.write().code() == Code::kIoError);
  CHECK(witness.status().code() == Code::kIoError);
  const MutexLock lock(written.mutex);
  CHECK(written.writes.size() == 1);
}

}  // namespace quorate::raft
