// The witness file as a whole: how it is made, read and written.
//
// It grows by a page when its last one is full: the page is durable before page 0 counts it, so an
// interrupted growth leaves bytes that nobody looks at. A page that is counted must have a whole
// slot.
//
// Thread: create and read by whoever holds the directory; WitnessFile by one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/storage/witness_page.h"

namespace quorate::raft {

// What all pages say together.
struct WitnessState {
  // Where the claims stand in the file.
  struct Page {
    std::uint64_t sequence = 0;
    std::vector<GroupId> groups;
    bool operator==(const Page&) const = default;
  };

  Identity identity;
  std::map<GroupId, WitnessedGroup> groups;  // at most kWitnessGroupsMax
  std::vector<Page> pages;                   // as they were read; empty: not from a file
  bool operator==(const WitnessState&) const = default;
};

// Creates the file with the claims of `state` in every slot; synced, the directory too.
Status create_witness(const std::string& path, const WitnessState& state);

// The newest whole slot of each page. kNotFound: no such file. kCorruption: it is too short, or no
// slot of a page that counts is whole.
Result<WitnessState> read_witness(const std::string& path);

// A slot, or a whole page, on its way to the disk.
struct WitnessBlock {
  std::uint64_t offset = 0;
  std::string bytes;
};

// Tests put a failing one in the place of the real one.
class WitnessFile {
 public:
  virtual ~WitnessFile() = default;
  // All blocks are durable when it returns ok. Stopped in between, each of them is old, new or
  // torn, whatever became of the others.
  virtual Status write(std::span<const WitnessBlock> blocks) = 0;
};

// The file at `path`, opened for writing.
Result<std::unique_ptr<WitnessFile>> open_witness_file(const std::string& path);

}  // namespace quorate::raft
