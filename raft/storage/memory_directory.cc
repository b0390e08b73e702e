#include "raft/storage/memory_directory.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate::raft {
namespace {

struct File {
  std::string bytes;
  std::size_t synced = 0;
};

using Names = std::map<std::string, std::shared_ptr<File>>;

Status not_there(const std::string& name) {
  return {Code::kNotFound, name + ": no such file"};
}

Status stopped(const std::string& name) {
  return {Code::kIoError, name + ": the disk has stopped"};
}

}  // namespace

struct MemoryDirectory::Disk {
  mutable Mutex mutex;
  Names names QUORATE_GUARDED_BY(mutex);
  Names durable_names QUORATE_GUARDED_BY(mutex);
  std::uint64_t operations QUORATE_GUARDED_BY(mutex) = 0;
  std::uint64_t stop_at QUORATE_GUARDED_BY(mutex) = UINT64_MAX;

  // Counts a changing operation; whether it is carried out.
  bool begin() QUORATE_REQUIRES(mutex) { return operations++ < stop_at; }
  // The operation that just failed is the first one.
  [[nodiscard]] bool is_first_stopped() const QUORATE_REQUIRES(mutex) {
    return operations == stop_at + 1;
  }
};

class MemoryDirectory::Appender final : public AppendFile {
 public:
  Appender(std::shared_ptr<Disk> disk, std::shared_ptr<File> file, std::string name)
      : disk_(std::move(disk)), file_(std::move(file)), name_(std::move(name)) {}
  Status append(std::string_view bytes) override {
    const MutexLock lock(disk_->mutex);
    if (disk_->begin()) {
      file_->bytes += bytes;
      return Status::ok();
    }
    if (disk_->is_first_stopped()) file_->bytes += bytes.substr(0, bytes.size() / 2);
    return stopped(name_);
  }
  Status sync() override {
    const MutexLock lock(disk_->mutex);
    if (!disk_->begin()) return stopped(name_);
    file_->synced = file_->bytes.size();
    return Status::ok();
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<File> file_;
  std::string name_;
};

class MemoryDirectory::Reader final : public ReadFile {
 public:
  Reader(std::shared_ptr<Disk> disk, std::shared_ptr<File> file, std::string name)
      : disk_(std::move(disk)), file_(std::move(file)), name_(std::move(name)) {}
  [[nodiscard]] std::uint64_t size() const override {
    const MutexLock lock(disk_->mutex);
    return file_->bytes.size();
  }
  Result<std::string> read(std::uint64_t offset, std::size_t count) override {
    const MutexLock lock(disk_->mutex);
    if (offset > file_->bytes.size() || count > file_->bytes.size() - offset) {
      return {Code::kIoError, name_ + ": it is shorter than it was"};
    }
    return file_->bytes.substr(offset, count);
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<File> file_;
  std::string name_;
};

MemoryDirectory::MemoryDirectory() : disk_(std::make_shared<Disk>()) {}
MemoryDirectory::MemoryDirectory(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}
MemoryDirectory::~MemoryDirectory() = default;

std::unique_ptr<Directory> MemoryDirectory::share() const {
  return std::unique_ptr<Directory>(new MemoryDirectory(disk_));
}

Result<std::vector<std::string>> MemoryDirectory::list() {
  const MutexLock lock(disk_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, file] : disk_->names)
    names.push_back(name);
  return names;
}

Result<std::unique_ptr<AppendFile>> MemoryDirectory::create(const std::string& name) {
  const MutexLock lock(disk_->mutex);
  if (!disk_->begin()) return stopped(name);
  auto file = std::make_shared<File>();
  disk_->names[name] = file;
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(disk_, std::move(file), name));
}

Result<std::unique_ptr<AppendFile>> MemoryDirectory::resume(const std::string& name,
                                                            std::uint64_t size) {
  const MutexLock lock(disk_->mutex);
  const auto found = disk_->names.find(name);
  if (found == disk_->names.end()) return not_there(name);
  if (!disk_->begin()) return stopped(name);
  File& file = *found->second;
  QUORATE_CHECK(size <= file.bytes.size());
  file.bytes.resize(size);
  file.synced = std::min(file.synced, file.bytes.size());
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(disk_, found->second, name));
}

Result<std::unique_ptr<ReadFile>> MemoryDirectory::open(const std::string& name) {
  const MutexLock lock(disk_->mutex);
  const auto found = disk_->names.find(name);
  if (found == disk_->names.end()) return not_there(name);
  return std::unique_ptr<ReadFile>(std::make_unique<Reader>(disk_, found->second, name));
}

Status MemoryDirectory::rename(const std::string& from, const std::string& to) {
  const MutexLock lock(disk_->mutex);
  const auto found = disk_->names.find(from);
  if (found == disk_->names.end()) return not_there(from);
  if (!disk_->begin()) return stopped(from);
  const std::shared_ptr<File> file = found->second;
  disk_->names.erase(found);
  disk_->names[to] = file;
  return Status::ok();
}

Status MemoryDirectory::remove(const std::string& name) {
  const MutexLock lock(disk_->mutex);
  if (!disk_->names.contains(name)) return not_there(name);
  if (!disk_->begin()) return stopped(name);
  disk_->names.erase(name);
  return Status::ok();
}

Status MemoryDirectory::sync() {
  const MutexLock lock(disk_->mutex);
  if (!disk_->begin()) return stopped("the directory");
  disk_->durable_names = disk_->names;
  return Status::ok();
}

std::uint64_t MemoryDirectory::operations() const {
  const MutexLock lock(disk_->mutex);
  return disk_->operations;
}

void MemoryDirectory::stop_at(std::uint64_t operation) {
  const MutexLock lock(disk_->mutex);
  disk_->stop_at = operation;
}

void MemoryDirectory::lose_power(const Draw& draw) {
  const MutexLock lock(disk_->mutex);
  if (draw(1) == 0) disk_->names = disk_->durable_names;
  for (auto& [name, file] : disk_->names) {
    const std::size_t kept = file->synced + draw(file->bytes.size() - file->synced);
    // Whoever has the file open goes on with what was: it is of the life that ended.
    file = std::make_shared<File>(File{file->bytes.substr(0, kept), kept});
  }
  disk_->durable_names = disk_->names;
}

void MemoryDirectory::damage(const std::string& name, std::uint64_t offset) {
  const MutexLock lock(disk_->mutex);
  std::string& bytes = disk_->names.at(name)->bytes;
  QUORATE_CHECK(offset < bytes.size());
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
}

std::uint64_t MemoryDirectory::size_of(const std::string& name) const {
  const MutexLock lock(disk_->mutex);
  return disk_->names.at(name)->bytes.size();
}

}  // namespace quorate::raft
