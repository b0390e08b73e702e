// DataDirLock: one process, and one opener in it, uses a data directory at a time.
//
// An flock() on <dir>/LOCK, which also names the holder's process id for people. The kernel frees
// it when the holder ends, however it ends; the file stays.
//
// Owner: whoever uses the directory. Thread: any.
#pragma once

#include <string>

#include "raft/base/status.h"

namespace quorate::raft {

class DataDirLock {
 public:
  // kFailedPrecondition, with the holder's process id if it is known, when the directory is in use;
  // kNotFound when it does not exist.
  static Result<DataDirLock> acquire(const std::string& dir);
  // The same for those who only look: with others who look, never beside a process that uses the
  // directory, and without changing a byte. A directory without the file was never used.
  static Result<DataDirLock> acquire_shared(const std::string& dir);
  ~DataDirLock();
  DataDirLock(DataDirLock&& other) noexcept;
  DataDirLock& operator=(DataDirLock&& other) noexcept;

 private:
  explicit DataDirLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;  // -1: moved from
};

}  // namespace quorate::raft
