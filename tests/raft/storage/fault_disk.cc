#include "tests/raft/storage/fault_disk.h"

#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include <rocksdb/system_clock.h>

#include "raft/storage/data_dir.h"

namespace quorate::raft {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus stopped() {
  return IOStatus::IOError("the disk has stopped");
}

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(FaultDisk& disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const FaultDisk::Verdict verdict = disk_.next(path_);
    Slice written = data;
    if (verdict.effect == LastEffect::kHalf) written = Slice(data.data(), data.size() / 2);
    IOStatus status = IOStatus::OK();
    if (verdict.effect != LastEffect::kNone) {
      status = FSWritableFileOwnerWrapper::Append(written, options, debug);
    }
    return verdict.fails ? stopped() : status;
  }
  IOStatus Append(const Slice& data,
                  const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*verification*/,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    const FaultDisk::Verdict verdict = disk_.next(path_);
    // The kernel has it; what a power failure would leave is what we remember here.
    if (verdict.effect == LastEffect::kAll) disk_.synced(path_, GetFileSize(options, debug));
    return verdict.fails ? stopped() : IOStatus::OK();
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  FaultDisk& disk_;
  std::string path_;
};

// Names are durable at once on this disk.
class FaultDirectory final : public rocksdb::FSDirectory {
 public:
  IOStatus Fsync(const IOOptions& /*options*/, IODebugContext* /*debug*/) override {
    return IOStatus::OK();
  }
};

class FaultWitness final : public WitnessFile {
 public:
  FaultWitness(FaultDisk& disk, const std::string& path)
      : disk_(disk), file_(path, std::ios::in | std::ios::out | std::ios::binary) {}

  Status write(std::span<const WitnessBlock> blocks) override {
    for (const WitnessBlock& block : blocks) {
      if (!write(block)) return {Code::kIoError, "the disk has stopped"};
    }
    return Status::ok();
  }

 private:
  bool write(const WitnessBlock& block) {
    const FaultDisk::Verdict verdict = disk_.next("witness");
    std::string_view bytes = block.bytes;
    if (verdict.effect == LastEffect::kHalf) bytes = bytes.substr(0, bytes.size() / 2);
    if (verdict.effect != LastEffect::kNone) {
      file_.seekp(static_cast<std::streamoff>(block.offset));
      file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    }
    return !verdict.fails;
  }

  FaultDisk& disk_;
  std::fstream file_;
};

// RocksDB waits a second after background work failed. Nobody else waits here.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int /*micros*/) override { std::this_thread::yield(); }
};

class FaultEnv final : public rocksdb::EnvWrapper {
 public:
  explicit FaultEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
      : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
    system_clock_ = std::make_shared<ImpatientClock>();
  }
};

}  // namespace

FaultDisk::FaultDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

void FaultDisk::stop_at(std::uint64_t operation, LastEffect effect) {
  stop_at_ = operation;
  effect_ = effect;
}

FaultDisk::Verdict FaultDisk::next(const std::string& path) {
  const std::uint64_t operation = ++operations_;
  if (path.ends_with(failing_suffix_)) return {LastEffect::kNone, true};
  if (operation < stop_at_) return {LastEffect::kAll, false};
  return {operation == stop_at_ ? effect_ : LastEffect::kNone, true};
}

void FaultDisk::synced(const std::string& path, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  synced_[path] = bytes;
}

void FaultDisk::forget_unsynced() {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, bytes] : synced_) {
    if (std::filesystem::exists(path)) std::filesystem::resize_file(path, bytes);
  }
}

RocksDbLogStoreParts FaultDisk::parts(const std::string& dir) {
  // The environment shares this object without owning it.
  env_ = std::make_unique<FaultEnv>(std::shared_ptr<FileSystem>(this, [](FileSystem*) {}));
  const std::string path = witness_path(dir);
  return {env_.get(),
          [this, path](std::unique_ptr<WitnessFile> /*real*/) -> std::unique_ptr<WitnessFile> {
            return std::make_unique<FaultWitness>(*this, path);
          }};
}

IOStatus FaultDisk::NewDirectory(const std::string& /*path*/,
                                 const IOOptions& /*options*/,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 IODebugContext* /*debug*/) {
  *directory = std::make_unique<FaultDirectory>();
  return IOStatus::OK();
}

IOStatus FaultDisk::NewWritableFile(const std::string& path,
                                    const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    IODebugContext* debug) {
  const Verdict verdict = next(path);
  if (verdict.fails && verdict.effect != LastEffect::kAll) return stopped();
  std::unique_ptr<rocksdb::FSWritableFile> real;
  const IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &real, debug);
  if (!status.ok()) return status;
  synced(path, 0);
  *file = std::make_unique<FaultFile>(*this, path, std::move(real));
  return verdict.fails ? stopped() : IOStatus::OK();
}

IOStatus FaultDisk::RenameFile(const std::string& from,
                               const std::string& to,
                               const IOOptions& options,
                               IODebugContext* debug) {
  const Verdict verdict = next(to);
  if (verdict.effect == LastEffect::kAll) {
    const IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (!status.ok()) return status;
    const std::lock_guard lock(mutex_);
    if (auto known = synced_.extract(from)) {
      synced_.erase(to);
      known.key() = to;
      synced_.insert(std::move(known));
    }
  }
  return verdict.fails ? stopped() : IOStatus::OK();
}

IOStatus FaultDisk::DeleteFile(const std::string& path,
                               const IOOptions& options,
                               IODebugContext* debug) {
  const Verdict verdict = next(path);
  IOStatus status = IOStatus::OK();
  if (verdict.effect == LastEffect::kAll) {
    status = FileSystemWrapper::DeleteFile(path, options, debug);
  }
  return verdict.fails ? stopped() : status;
}

}  // namespace quorate::raft
