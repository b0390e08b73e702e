#include "raft/storage/data_dir_lock.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "raft/storage/data_dir.h"
#include "raft/storage/durable_file.h"

namespace quorate::raft {

namespace {

// " (process 4711)" when the file at `path` says so.
std::string holder(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text.is_ok()) return "";
  const std::string digits = text->substr(0, text->find_first_not_of("0123456789"));
  return digits.empty() ? "" : " (process " + digits + ")";
}

Status lock_file(const std::string& dir, int descriptor, int mode) {
  const std::string path = lock_path(dir);
  if (::flock(descriptor, mode | LOCK_NB) == 0) return Status::ok();
  if (errno != EWOULDBLOCK) return system_error(path, "lock");
  return {Code::kFailedPrecondition, dir + " is in use by another process" + holder(path)};
}

}  // namespace

Result<DataDirLock> DataDirLock::acquire(const std::string& dir) {
  const std::string path = lock_path(dir);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_error(path, "open");
  DataDirLock lock(descriptor);
  QUORATE_TRY(lock_file(dir, descriptor, LOCK_EX));
  const std::string text = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return system_error(path, "write");
  }
  return lock;
}

Result<DataDirLock> DataDirLock::acquire_shared(const std::string& dir) {
  const std::string path = lock_path(dir);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  DataDirLock lock(descriptor);
  if (descriptor < 0 && errno == ENOENT) return lock;
  if (descriptor < 0) return system_error(path, "open");
  QUORATE_TRY(lock_file(dir, descriptor, LOCK_SH));
  return lock;
}

DataDirLock::~DataDirLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

DataDirLock::DataDirLock(DataDirLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DataDirLock& DataDirLock::operator=(DataDirLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace quorate::raft
