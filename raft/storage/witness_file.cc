#include "raft/storage/witness_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "raft/base/check.h"
#include "raft/storage/durable_file.h"

namespace quorate::raft {

namespace {

Status damaged(const std::string& path, const std::string& what) {
  return {Code::kCorruption, path + " is damaged: " + what};
}

// The newest whole slot of page `number`; nothing when neither is.
std::optional<WitnessPage> newest_slot(std::string_view file, std::size_t number) {
  std::optional<WitnessPage> newest;
  for (std::size_t slot = 0; slot < kWitnessSlots; ++slot) {
    const std::size_t at = number * kWitnessPageBytes + slot * kWitnessSlotBytes;
    if (at + kWitnessSlotBytes > file.size()) break;
    Result<WitnessPage> page = decode_witness(file.substr(at, kWitnessSlotBytes));
    if (!page.is_ok() || page->number != number) continue;
    if (!newest || page->sequence > newest->sequence) newest = *std::move(page);
  }
  return newest;
}

// Every group in one page, and all pages of one directory.
Status merge(const WitnessPage& page, WitnessState& state) {
  if (page.number == 0) state.identity = page.identity;
  const std::string name = "page " + std::to_string(page.number);
  if (page.identity != state.identity) {
    return {Code::kCorruption, name + " is of another directory than page 0"};
  }
  state.pages.push_back({.sequence = page.sequence, .groups = {}});
  for (const auto& [id, claim] : page.groups) {
    if (!state.groups.emplace(id, claim).second) {
      return {Code::kCorruption, name + ": another page has group " + std::to_string(id.value)};
    }
    state.pages.back().groups.push_back(id);
  }
  return Status::ok();
}

class PosixWitnessFile final : public WitnessFile {
 public:
  PosixWitnessFile(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  ~PosixWitnessFile() override { ::close(descriptor_); }
  PosixWitnessFile(const PosixWitnessFile&) = delete;
  PosixWitnessFile& operator=(const PosixWitnessFile&) = delete;

  // Over bytes that were written before: no journal commit.
  Status write(std::span<const WitnessBlock> blocks) override {
    for (const WitnessBlock& block : blocks) {
      const ssize_t written = ::pwrite(
          descriptor_, block.bytes.data(), block.bytes.size(), static_cast<off_t>(block.offset));
      if (written < 0) return system_error(path_, "write");
      if (static_cast<std::size_t>(written) != block.bytes.size()) {
        return {Code::kIoError, path_ + ": write: only a part was written"};
      }
    }
    return ::fdatasync(descriptor_) == 0 ? Status::ok() : system_error(path_, "fdatasync");
  }

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace

Status create_witness(const std::string& path, const WitnessState& state) {
  QUORATE_CHECK(state.groups.size() <= kWitnessGroupsMax);
  WitnessPage page{.identity = state.identity};
  const std::size_t pages =
      (state.groups.size() + kWitnessPageGroupsMax - 1) / kWitnessPageGroupsMax;
  page.pages = static_cast<std::uint32_t>(std::max<std::size_t>(pages, 1));
  std::string content;
  auto next = state.groups.begin();
  for (page.number = 0; page.number < page.pages; ++page.number) {
    page.groups.clear();
    for (; next != state.groups.end() && page.groups.size() < kWitnessPageGroupsMax; ++next)
      page.groups.insert(*next);
    for (page.sequence = 0; page.sequence < kWitnessSlots; ++page.sequence)
      content += encode_witness(page);
  }
  return replace_file(path, content);
}

Result<WitnessState> read_witness(const std::string& path) {
  const Result<std::string> content = read_file(path);
  if (!content.is_ok()) return content.status();
  if (content->size() < kWitnessPageBytes) {
    return damaged(path,
                   "it has " + std::to_string(content->size()) + " bytes instead of at least " +
                       std::to_string(kWitnessPageBytes));
  }
  WitnessState state;
  std::uint32_t pages = 1;
  for (std::uint32_t number = 0; number < pages; ++number) {
    const std::optional<WitnessPage> page = newest_slot(*content, number);
    if (!page) return damaged(path, "no slot of page " + std::to_string(number) + " is whole");
    if (number == 0) pages = page->pages;
    const Status merged = merge(*page, state);
    if (!merged.is_ok()) return damaged(path, merged.message());
  }
  return state;
}

Result<std::unique_ptr<WitnessFile>> open_witness_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return system_error(path, "open");
  return std::unique_ptr<WitnessFile>(std::make_unique<PosixWitnessFile>(path, descriptor));
}

}  // namespace quorate::raft
