// Directory: the few file operations that snapshots need, so that a crash at any of them can be
// tried without a disk.
//
// Durability is POSIX's: bytes survive a power failure once sync() of their file returned, names
// (created, renamed, removed) once sync() of the directory did; before that some, all or none do.
// Errors: kNotFound where a name is missing, else kIoError naming the file and the reason.
// Thread: one operation on one file at a time; reads of any number of files at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::raft {

class AppendFile {
 public:
  virtual ~AppendFile() = default;  // closes; makes nothing durable
  virtual Status append(std::string_view bytes) = 0;
  virtual Status sync() = 0;
};

class ReadFile {
 public:
  virtual ~ReadFile() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  // Exactly `count` bytes, or an error.
  virtual Result<std::string> read(std::uint64_t offset, std::size_t count) = 0;
};

class Directory {
 public:
  virtual ~Directory() = default;

  // Names of files, sorted.
  virtual Result<std::vector<std::string>> list() = 0;
  // A new, empty file; one of that name is emptied.
  virtual Result<std::unique_ptr<AppendFile>> create(const std::string& name) = 0;
  // An existing file, cut to `size` bytes, to be continued there.
  virtual Result<std::unique_ptr<AppendFile>> resume(const std::string& name,
                                                     std::uint64_t size) = 0;
  // What is opened can be read on when its name is removed.
  virtual Result<std::unique_ptr<ReadFile>> open(const std::string& name) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& name) = 0;
  virtual Status sync() = 0;
};

// The directory at `path`, made (durably) if it is not there.
Result<std::unique_ptr<Directory>> open_posix_directory(const std::string& path);

}  // namespace quorate::raft
