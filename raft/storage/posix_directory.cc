#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "raft/storage/directory.h"
#include "raft/storage/durable_file.h"

namespace quorate::raft {
namespace {

// An open file; closes it.
class OpenFile {
 public:
  OpenFile(int value, std::string path) : value_(value), path_(std::move(path)) {}
  ~OpenFile() {
    if (value_ >= 0) ::close(value_);
  }
  OpenFile(OpenFile&& other) noexcept
      : value_(std::exchange(other.value_, -1)), path_(std::move(other.path_)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  int value_;
  std::string path_;
};

class PosixAppendFile final : public AppendFile {
 public:
  explicit PosixAppendFile(OpenFile file) : file_(std::move(file)) {}
  Status append(std::string_view bytes) override {
    return write_all(file_.get(), bytes, file_.path());
  }
  Status sync() override {
    return ::fsync(file_.get()) == 0 ? Status::ok() : system_error(file_.path(), "fsync");
  }

 private:
  OpenFile file_;
};

class PosixReadFile final : public ReadFile {
 public:
  PosixReadFile(OpenFile file, std::uint64_t size) : file_(std::move(file)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t count) override {
    std::string bytes(count, '\0');
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::pread(
          file_.get(), bytes.data() + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error(file_.path(), "read");
      if (got == 0) return {Code::kIoError, file_.path() + ": it is shorter than it was"};
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  OpenFile file_;
  std::uint64_t size_;
};

class PosixDirectory final : public Directory {
 public:
  explicit PosixDirectory(std::string path) : path_(std::move(path)) {}

  Result<std::vector<std::string>> list() override { return list_directory(path_); }

  Result<std::unique_ptr<AppendFile>> create(const std::string& name) override {
    return open_to_append(name, O_CREAT | O_TRUNC, 0);
  }
  Result<std::unique_ptr<AppendFile>> resume(const std::string& name, std::uint64_t size) override {
    return open_to_append(name, 0, size);
  }

  Result<std::unique_ptr<ReadFile>> open(const std::string& name) override {
    const std::string path = path_of(name);
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path);
    if (file.get() < 0) return system_error(path, "open");
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return system_error(path, "stat");
    return std::unique_ptr<ReadFile>(std::make_unique<PosixReadFile>(
        std::move(file), static_cast<std::uint64_t>(facts.st_size)));
  }

  Status rename(const std::string& from, const std::string& to) override {
    const std::string source = path_of(from);
    return std::rename(source.c_str(), path_of(to).c_str()) == 0 ? Status::ok()
                                                                 : system_error(source, "rename");
  }
  Status remove(const std::string& name) override {
    const std::string path = path_of(name);
    return ::unlink(path.c_str()) == 0 ? Status::ok() : system_error(path, "remove");
  }
  Status sync() override { return sync_directory(path_); }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  Result<std::unique_ptr<AppendFile>> open_to_append(const std::string& name,
                                                     int flags,
                                                     std::uint64_t size) {
    const std::string path = path_of(name);
    OpenFile file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0600), path);
    if (file.get() < 0) return system_error(path, "open");
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) return system_error(path, "cut");
    return std::unique_ptr<AppendFile>(std::make_unique<PosixAppendFile>(std::move(file)));
  }

  std::string path_;
};

// And its parents, each durable in its own.
Status make_directory(const std::filesystem::path& path) {
  std::error_code failed;
  if (path.empty() || std::filesystem::is_directory(path, failed)) return Status::ok();
  QUORATE_TRY(make_directory(path.parent_path()));
  std::filesystem::create_directory(path, failed);
  if (failed) return {Code::kIoError, path.string() + ": create: " + failed.message()};
  return sync_directory(path.parent_path());
}

}  // namespace

Result<std::unique_ptr<Directory>> open_posix_directory(const std::string& path) {
  QUORATE_TRY(make_directory(path));
  return std::unique_ptr<Directory>(std::make_unique<PosixDirectory>(path));
}

}  // namespace quorate::raft
