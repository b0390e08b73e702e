#include "raft/storage/witness.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "raft/base/mutex.h"
#include "raft/storage/durable_file.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

WitnessedGroup claim_of(std::uint64_t last) {
  return {HardState{Term{3}, contract_replica(2)}, {Term{3}, Index{last}}};
}

WitnessPage page_of(std::uint64_t sequence, std::uint64_t last) {
  WitnessPage page{.sequence = sequence, .number = 2, .pages = 5, .identity = kIdentity};
  page.groups[kGroup] = claim_of(last);
  page.groups[GroupId{8}] = {HardState{Term{1}, std::nullopt}, {}};
  return page;
}

// kGroup and `others` more.
WitnessState state_of(std::uint64_t last, std::uint64_t others = 0) {
  WitnessState state;
  state.identity = kIdentity;
  state.groups[kGroup] = claim_of(last);
  for (std::uint64_t other = 1; other <= others; ++other)
    state.groups[GroupId{100 + other}] = claim_of(other);
  return state;
}

// As it is read from a file that was just made.
WitnessState stored(const TempDir& temp, const WitnessState& state) {
  REQUIRE(create_witness(temp.path("witness"), state).is_ok());
  return *read_witness(temp.path("witness"));
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
    std::vector<std::vector<WitnessBlock>> writes QUORATE_GUARDED_BY(mutex);
  };
  MemoryWitnessFile(Written& written, int failures) : written_(written), failures_(failures) {}
  Status write(std::span<const WitnessBlock> blocks) override {
    const MutexLock lock(written_.mutex);
    written_.writes.emplace_back(blocks.begin(), blocks.end());
    return failures_-- > 0 ? Status(Code::kIoError, "no") : Status::ok();
  }

 private:
  Written& written_;
  int failures_;
};

std::vector<std::uint32_t> pages_in(const std::vector<WitnessBlock>& write) {
  std::vector<std::uint32_t> pages;
  for (const WitnessBlock& block : write) {
    const Result<WitnessPage> page = decode_witness(block.bytes);
    REQUIRE(page.is_ok());
    CHECK(block.offset == witness_slot_offset(page->number, page->sequence));
    pages.push_back(page->number);
  }
  return pages;
}

using Pages = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a witness slot survives its bytes and no flipped bit", "[raft][storage][witness][D13]") {
  const std::string slot = encode_witness(page_of(9, 41));
  REQUIRE(slot.size() == kWitnessSlotBytes);
  CHECK((*decode_witness(slot) == page_of(9, 41)));
  for (std::size_t at = 0; at < slot.size(); ++at) {
    std::string changed = slot;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    REQUIRE(decode_witness(changed).status().code() == Code::kCorruption);
  }
}

TEST_CASE("a full page of a fenced directory fits its slot", "[raft][storage][witness]") {
  WitnessPage page = page_of(1, 1);
  page.identity.format = kFencedDataDirFormat;
  page.identity.fence = {9, 9};
  for (std::uint64_t group = 100; page.groups.size() < kWitnessPageGroupsMax; ++group)
    page.groups[GroupId{group}] = page.groups[kGroup];
  CHECK((*decode_witness(encode_witness(page)) == page));
}

TEST_CASE("the newest whole slot counts", "[raft][storage][witness][D11][D14]") {
  const TempDir temp;
  const std::string path = temp.path("witness");
  WitnessState state = stored(temp, state_of(10));
  REQUIRE(state.pages.at(0).sequence == 1);
  {
    Witness witness(*open_witness_file(path), state);
    for (std::uint64_t last = 11; last <= 14; ++last) {
      witness.post(kGroup, claim_of(last));
      REQUIRE(witness.write().is_ok());
    }
    CHECK(witness.claim(kGroup)->last.index == Index{14});
    CHECK(witness.bytes_written() == 4 * kWitnessSlotBytes);
  }
  REQUIRE(read_witness(path)->pages.at(0).sequence == 5);
  damage_slot(path, 1);  // 5 is odd
  const Result<WitnessState> older = read_witness(path);
  REQUIRE(older.is_ok());
  CHECK(older->pages.at(0).sequence == 4);
  CHECK(older->groups.at(kGroup).last.index == Index{13});
  damage_slot(path, 0);
  CHECK(read_witness(path).status().code() == Code::kCorruption);
}

TEST_CASE("what was posted is written at the end", "[raft][storage][witness]") {
  const TempDir temp;
  MemoryWitnessFile::Written written;
  {
    Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), stored(temp, state_of(1)));
    witness.post(kGroup, claim_of(2));
    witness.post(kGroup, claim_of(3));
  }
  const MutexLock lock(written.mutex);
  REQUIRE(written.writes.size() == 1);  // the older claim was replaced, not written
  const WitnessPage page = *decode_witness(written.writes[0].at(0).bytes);
  CHECK(page.groups.at(kGroup).last.index == Index{3});
}

TEST_CASE("a claim that did not change is not written", "[raft][storage][witness]") {
  const TempDir temp;
  MemoryWitnessFile::Written written;
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), stored(temp, state_of(1)));
  witness.post(kGroup, claim_of(1));
  CHECK(witness.write().is_ok());
  const MutexLock lock(written.mutex);
  CHECK(written.writes.empty());
}

TEST_CASE("the first failed witness write is the last", "[raft][storage][witness][P13][D9]") {
  const TempDir temp;
  MemoryWitnessFile::Written written;
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 1), stored(temp, state_of(1)));
  witness.post(kGroup, claim_of(2));
  CHECK(witness.write().code() == Code::kIoError);
  witness.post(kGroup, claim_of(3));
  CHECK(witness.write().code() == Code::kIoError);
  CHECK(witness.status().code() == Code::kIoError);
  const MutexLock lock(written.mutex);
  CHECK(written.writes.size() == 1);
}

TEST_CASE("a write takes only the pages that changed and syncs once", "[raft][storage][witness]") {
  const TempDir temp;
  MemoryWitnessFile::Written written;
  const WitnessState state = stored(temp, state_of(1, 4 * kWitnessPageGroupsMax));
  REQUIRE(state.pages.size() == 5);
  REQUIRE(state.groups == state_of(1, 4 * kWitnessPageGroupsMax).groups);
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), state);
  witness.post(kGroup, claim_of(7));
  REQUIRE(witness.write().is_ok());
  witness.post(GroupId{101}, claim_of(8));
  witness.post(GroupId{103}, claim_of(8));
  witness.post(GroupId{100 + 4 * kWitnessPageGroupsMax}, claim_of(8));
  REQUIRE(witness.write().is_ok());
  const MutexLock lock(written.mutex);
  REQUIRE(written.writes.size() == 2);
  CHECK(pages_in(written.writes[0]) == Pages{0});
  CHECK(pages_in(written.writes[1]) == Pages{0, 4});
}

TEST_CASE("a page is durable before both slots of the first page count it",
          "[raft][storage][witness][D11]") {
  const TempDir temp;
  MemoryWitnessFile::Written written;
  const std::uint64_t full = kWitnessPageGroupsMax - 1;
  Witness witness(std::make_unique<MemoryWitnessFile>(written, 0), stored(temp, state_of(1, full)));
  witness.post(GroupId{999}, claim_of(5));
  REQUIRE(witness.write().is_ok());
  const MutexLock lock(written.mutex);
  REQUIRE(written.writes.size() == 3);
  CHECK(pages_in(written.writes[0]) == Pages{1, 1});
  CHECK(pages_in(written.writes[1]) == Pages{0});
  CHECK(pages_in(written.writes[2]) == Pages{0});
  CHECK(written.writes[1][0].offset != written.writes[2][0].offset);
  for (const std::size_t counting : {1U, 2U})
    CHECK(decode_witness(written.writes[counting][0].bytes)->pages == 2);
}

TEST_CASE("a witness grows page by page and every page must be there",
          "[raft][storage][witness][D11][P14]") {
  const TempDir temp;
  const std::string path = temp.path("witness");
  constexpr std::uint64_t kGroups = 3 * kWitnessPageGroupsMax + 5;
  {
    Witness witness(*open_witness_file(path), stored(temp, state_of(1)));
    for (std::uint64_t group = 1; group < kGroups; ++group) {
      witness.post(GroupId{100 + group}, claim_of(group));
      if (group % 10 == 0) REQUIRE(witness.write().is_ok());
    }
  }
  REQUIRE(read_witness(path)->groups == state_of(1, kGroups - 1).groups);
  CHECK(read_witness(path)->pages.size() == 4);
  SECTION("one torn slot leaves the other") {
    damage_slot(path, 5);
    CHECK(read_witness(path).is_ok());
    damage_slot(path, 4);
    const Status status = read_witness(path).status();
    CHECK(status.code() == Code::kCorruption);
    CHECK_THAT(status.message(), Catch::Contains("page 2"));
  }
  SECTION("a file that was cut") {
    std::filesystem::resize_file(path, 3 * kWitnessPageBytes);
    CHECK(read_witness(path).status().code() == Code::kCorruption);
  }
  SECTION("a slot in the place of another") {
    const std::string content = *read_file(path);
    REQUIRE(replace_file(path,
                         content.substr(0, kWitnessPageBytes) +
                             content.substr(2 * kWitnessPageBytes, kWitnessPageBytes) +
                             content.substr(2 * kWitnessPageBytes))
                .is_ok());
    CHECK(read_witness(path).status().code() == Code::kCorruption);
  }
  SECTION("what an interrupted growth left behind is not looked at") {
    REQUIRE(replace_file(path, *read_file(path) + encode_witness(page_of(1, 1)) + "torn").is_ok());
    CHECK(read_witness(path)->pages.size() == 4);
  }
}

// Made by the program before there were pages.
TEST_CASE("a witness of the first format is read and goes on as the second",
          "[raft][storage][witness][D2]") {
  const TempDir temp;
  const std::string path = temp.path("data/witness");
  format(temp.path("data"));
  REQUIRE(replace_file(path, *read_file(QUORATE_WITNESS_FORMAT_1)).is_ok());
  const WitnessState old = *read_witness(path);
  CHECK(old.identity == kIdentity);
  REQUIRE(old.pages.size() == 1);
  CHECK(old.pages[0].sequence == 5);
  REQUIRE(old.groups.size() == 2);
  CHECK(old.groups.at(kGroup).hard_state == HardState{Term{4}, kIdentity.replica()});
  CHECK(old.groups.at(kGroup).last == LogId{Term{4}, Index{5}});
  CHECK(old.groups.at(GroupId{8}) == WitnessedGroup{});
  SECTION("what it claims must be there") {
    CHECK(open_store(temp.path("data")).status().code() == Code::kCorruption);
  }
  SECTION("its slots are replaced one after the other") {
    {
      Witness witness(*open_witness_file(path), old);
      witness.post(kGroup, claim_of(6));
      REQUIRE(witness.write().is_ok());
      witness.post(kGroup, claim_of(7));
    }
    CHECK(read_witness(path)->groups.at(kGroup) == claim_of(7));
    damage_slot(path, 1);  // the newer, 7
    CHECK(read_witness(path)->groups.at(kGroup) == claim_of(6));
  }
  SECTION("a torn first write of the second format leaves what was claimed") {
    damage_slot(path, 0);  // number 6 was being written
    CHECK(*read_witness(path) == old);
  }
}

}  // namespace quorate::raft
