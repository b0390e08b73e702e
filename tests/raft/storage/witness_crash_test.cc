// A witness stops in the middle of every write, and of every mixture of its blocks: none, torn or
// whole, in any order.
//
// Goal:   what was claimed when the write before had returned is claimed afterwards, and whatever
//         is found opens.
// Method: a file that makes, for each write, every content that a crash could leave.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "raft/storage/durable_file.h"
#include "raft/storage/witness.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

namespace {

using Claims = std::map<GroupId, WitnessedGroup>;

void put(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

// What a stop during `blocks` can leave of `before`: each block not there, by half, or whole.
std::vector<std::string> crashed(const std::string& before, std::span<const WitnessBlock> blocks) {
  std::vector<std::string> images{before};
  for (const WitnessBlock& block : blocks) {
    std::vector<std::string> next;
    for (const std::string& image : images) {
      for (const std::size_t part : {0U, 1U, 2U}) {
        next.push_back(image);
        const std::string_view bytes(block.bytes);
        if (part > 0) put(next.back(), block.offset, bytes.substr(0, bytes.size() * part / 2));
      }
    }
    images = std::move(next);
  }
  return images;
}

struct MemoryDisk {
  std::string content;
  std::vector<std::string> images;  // of the writes since they were taken
};

class MemoryFile final : public WitnessFile {
 public:
  explicit MemoryFile(MemoryDisk& disk) : disk_(disk) {}
  Status write(std::span<const WitnessBlock> blocks) override {
    REQUIRE(blocks.size() <= 4);  // 3 to the power of it
    for (std::string& image : crashed(disk_.content, blocks))
      disk_.images.push_back(std::move(image));
    for (const WitnessBlock& block : blocks)
      put(disk_.content, block.offset, block.bytes);
    return Status::ok();
  }

 private:
  MemoryDisk& disk_;
};

class Crashes {
 public:
  Crashes() {
    WitnessState state;
    state.identity = kIdentity;
    state.groups[GroupId{1}] = claims_[GroupId{1}] = {};
    REQUIRE(create_witness(path_, state).is_ok());
    disk_.content = *read_file(path_);
    witness_.emplace(std::make_unique<MemoryFile>(disk_), *read_witness(path_));
  }

  void claim(std::uint64_t group, std::uint64_t term) {
    posted_[GroupId{group}] = {HardState{Term{term}, std::nullopt}, {Term{term}, Index{term}}};
    witness_->post(GroupId{group}, posted_[GroupId{group}]);
  }
  // Writes what was claimed, and looks at everything that a crash meanwhile could have left.
  void write() {
    REQUIRE(witness_->write().is_ok());
    for (const std::string& image : std::exchange(disk_.images, {}))
      check(image);
    for (const auto& [group, claim] : std::exchange(posted_, {}))
      claims_[group] = claim;
  }
  [[nodiscard]] std::size_t checked() const { return checked_; }
  [[nodiscard]] Claims stored() {
    store(disk_.content);
    return read_witness(path_)->groups;
  }
  [[nodiscard]] const Claims& claims() const { return claims_; }

 private:
  void store(const std::string& content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  }
  void check(const std::string& image) {
    ++checked_;
    store(image);
    const Result<WitnessState> found = read_witness(path_);
    INFO(to_string(found.status()));
    REQUIRE(found.is_ok());
    for (const auto& [group, claim] : claims_) {
      const WitnessedGroup& there = found->groups.at(group);
      const auto fresh = posted_.find(group);
      const bool is_fresh = fresh != posted_.end() && there == fresh->second;
      REQUIRE((there == claim || is_fresh));
    }
  }

  TempDir temp_;
  std::string path_ = temp_.path("witness");
  MemoryDisk disk_;
  Claims claims_;  // when the last write returned
  Claims posted_;
  std::size_t checked_ = 0;
  std::optional<Witness> witness_;
};

}  // namespace

TEST_CASE("a witness that stops while it grows opens with what it had",
          "[raft][storage][witness][crash][D2][D11][P14]") {
  Crashes crashes;
  for (std::uint64_t group = 2; group <= 3 * kWitnessPageGroupsMax; ++group) {
    crashes.claim(group, 1);
    if (group % 3 == 0) crashes.write();
  }
  crashes.write();
  CHECK(crashes.stored() == crashes.claims());
  CHECK(crashes.checked() > 200);
}

TEST_CASE("a witness that stops in a write of several pages has old or new claims of each",
          "[raft][storage][witness][crash][D2][D11][P14]") {
  Crashes crashes;
  for (std::uint64_t group = 2; group <= 3 * kWitnessPageGroupsMax; ++group) {
    crashes.claim(group, 1);
    if (group % 20 == 0) crashes.write();
  }
  crashes.write();
  for (std::uint64_t term = 2; term <= 6; ++term) {
    crashes.claim(1, term);
    crashes.claim(kWitnessPageGroupsMax + 5, term);
    if (term % 2 == 0) crashes.claim(3 * kWitnessPageGroupsMax, term);
    crashes.write();
  }
  CHECK(crashes.stored() == crashes.claims());
}

}  // namespace quorate::raft
