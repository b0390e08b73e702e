// DiskFile: an open file, and the few things that are done to directories.
//
// Every refusal of the disk comes back as a Status that names the path and the reason; nothing is
// retried but an interrupted call. Owner: whoever opened it. Thread: that one's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "raft/base/status.h"

namespace quorate::broker {

class DiskFile {
 public:
  // Opens for reading and writing; makes the file when it is not there.
  static Result<DiskFile> open(const std::filesystem::path& path);

  DiskFile(DiskFile&& other) noexcept;
  DiskFile& operator=(DiskFile&& other) noexcept;
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;
  ~DiskFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  Result<std::uint64_t> size_bytes() const;
  // All of `bytes`, or an error after which what was written is undefined.
  Status write_at(std::uint64_t position, std::string_view bytes);
  // Up to `bytes_max` bytes; fewer only at the end of the file.
  Result<std::string> read_at(std::uint64_t position, std::size_t bytes_max) const;
  Status truncate(std::uint64_t size_bytes);
  // After a failure the file must not be synced again: what it holds is unknown.
  Status sync();
  // Takes the exclusive lock of this file until it is closed; kBusy when another process has it.
  Status lock();

 private:
  DiskFile(std::filesystem::path path, int descriptor);
  [[nodiscard]] Status failed(std::string_view what) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

// The whole file; kNotFound when it is not there.
Result<std::string> read_file(const std::filesystem::path& path);
// kSynced survives a power loss; kCached only the death of the process (after a power loss the file
// may be the old one, the new one, or damaged: for what can be made again).
enum class Durability : std::uint8_t { kSynced, kCached };
// Afterwards the file holds either what it held before or all of `bytes`.
Status replace_file(const std::filesystem::path& path,
                    std::string_view bytes,
                    Durability durability = Durability::kSynced);
Status sync_directory(const std::filesystem::path& path);
Status make_directory(const std::filesystem::path& path);
// Removes a file; one that is not there is no error.
Status remove_file(const std::filesystem::path& path);
Status remove_tree(const std::filesystem::path& path);

}  // namespace quorate::broker
