#include "raft/storage/durable_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace quorate::raft {

namespace {

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] bool is_open() const { return value_ >= 0; }

 private:
  int value_;
};

Status write_synced(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.is_open()) return system_error(path, "create");
  QUORATE_TRY(write_all(file.get(), bytes, path));
  if (::fsync(file.get()) != 0) return system_error(path, "fsync");
  return Status::ok();
}

}  // namespace

Status system_error(const std::string& path, std::string_view action) {
  const int reason = errno;
  return {reason == ENOENT ? Code::kNotFound : Code::kIoError,
          path + ": " + std::string(action) + ": " + std::generic_category().message(reason)};
}

Status write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Status::ok();
}

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return system_error(path, "open");
  std::string content;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path, "read");
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Status replace_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  QUORATE_TRY(write_synced(fresh, bytes));
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return system_error(path, "rename");
  return sync_directory(std::filesystem::path(path).parent_path());
}

Status sync_directory(const std::string& dir) {
  const std::string name = dir.empty() ? "." : dir;
  const Descriptor descriptor(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) return system_error(name, "open");
  if (::fsync(descriptor.get()) != 0) return system_error(name, "fsync");
  return Status::ok();
}

Result<std::vector<std::string>> list_directory(const std::string& dir) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(dir.c_str()), &::closedir);
  if (!stream) return system_error(dir, "list");
  std::vector<std::string> names;
  while (const dirent* item = ::readdir(stream.get())) {
    const std::string name = &item->d_name[0];
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace quorate::raft
