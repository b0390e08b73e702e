#include "broker-stub/log/disk_file.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace quorate::broker {
namespace {

Status refused(const std::filesystem::path& path, std::string_view what, int reason) {
  const Code code = reason == ENOENT ? Code::kNotFound : Code::kIoError;
  return {code, std::string(what) + " " + path.string() + ": " + std::strerror(reason)};
}

}  // namespace

DiskFile::DiskFile(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

DiskFile::DiskFile(DiskFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

DiskFile& DiskFile::operator=(DiskFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

DiskFile::~DiskFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<DiskFile> DiskFile::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return refused(path, "open", errno);
  return DiskFile(path, descriptor);
}

Status DiskFile::failed(std::string_view what) const {
  return refused(path_, what, errno);
}

Result<std::uint64_t> DiskFile::size_bytes() const {
  struct stat about = {};
  if (::fstat(descriptor_, &about) != 0) return failed("stat");
  return static_cast<std::uint64_t>(about.st_size);
}

Status DiskFile::write_at(std::uint64_t position, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (written < 0) {
      if (errno == EINTR) continue;
      return failed("write");
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    position += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::string> DiskFile::read_at(std::uint64_t position, std::size_t bytes_max) const {
  std::string bytes(bytes_max, '\0');
  std::size_t filled = 0;
  while (filled < bytes_max) {
    const ssize_t got = ::pread(descriptor_,
                                bytes.data() + filled,
                                bytes_max - filled,
                                static_cast<off_t>(position + filled));
    if (got < 0) {
      if (errno == EINTR) continue;
      return failed("read");
    }
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Status DiskFile::truncate(std::uint64_t size_bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size_bytes)) != 0) return failed("truncate");
  return {};
}

Status DiskFile::sync() {
  if (::fdatasync(descriptor_) != 0) return failed("sync");
  return {};
}

Status DiskFile::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) {
    return {Code::kBusy, path_.string() + " is locked: another process uses this directory"};
  }
  return failed("lock");
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code reason;
  if (!std::filesystem::exists(path, reason)) return refused(path, "open", ENOENT);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return refused(path, "open", errno);
  std::string bytes;
  char chunk[16384];
  ssize_t got = 0;
  while ((got = ::read(descriptor, chunk, sizeof chunk)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    bytes.append(chunk, static_cast<std::size_t>(got));
  }
  const int failure = got < 0 ? errno : 0;
  ::close(descriptor);
  if (failure != 0) return refused(path, "read", failure);
  return bytes;
}

Status replace_file(const std::filesystem::path& path,
                    std::string_view bytes,
                    Durability durability) {
  std::filesystem::path fresh = path;
  fresh += ".fresh";
  {
    auto file = DiskFile::open(fresh);
    if (!file.is_ok()) return file.status();
    QUORATE_TRY(file->truncate(0));
    QUORATE_TRY(file->write_at(0, bytes));
    if (durability == Durability::kSynced) QUORATE_TRY(file->sync());
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return refused(path, "rename to", errno);
  if (durability == Durability::kCached) return {};
  return sync_directory(path.parent_path());
}

Status sync_directory(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return refused(path, "open", errno);
  const int failure = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failure != 0) return refused(path, "sync", failure);
  return {};
}

Status make_directory(const std::filesystem::path& path) {
  std::error_code reason;
  std::filesystem::create_directories(path, reason);
  if (reason) return refused(path, "make directory", reason.value());
  return {};
}

Status remove_file(const std::filesystem::path& path) {
  std::error_code reason;
  std::filesystem::remove(path, reason);
  if (reason) return refused(path, "remove", reason.value());
  return {};
}

Status remove_tree(const std::filesystem::path& path) {
  std::error_code reason;
  std::filesystem::remove_all(path, reason);
  if (reason) return refused(path, "remove", reason.value());
  return {};
}

}  // namespace quorate::broker
