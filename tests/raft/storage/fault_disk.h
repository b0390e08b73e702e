// A disk that stops at a chosen operation and forgets what was not synced: a wrapper of the real
// file system under the real RocksDB, and of the witness file.
//
// Every write, sync, creation, rename and removal is an operation. From `stop_at` on each fails;
// the one at `stop_at` leaves nothing, a half, or all of its effect behind.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include "raft/storage/rocksdb_log_store_parts.h"

namespace quorate::raft {

enum class LastEffect : std::uint8_t { kNone, kHalf, kAll };

class FaultDisk final : public rocksdb::FileSystemWrapper {
 public:
  FaultDisk();
  const char* Name() const override { return "FaultDisk"; }

  void stop_at(std::uint64_t operation, LastEffect effect);
  // Fails every write to files that end in `suffix`, and nothing else.
  void fail_files(std::string suffix) { failing_suffix_ = std::move(suffix); }

  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] bool has_stopped() const { return operations_ >= stop_at_; }
  // Cuts every file to what was synced of it: a power failure.
  void forget_unsynced();

  // This disk as RocksDB's environment and under the witness of the data directory `dir`. Nothing
  // is really synced: what a power failure leaves is what we remember.
  [[nodiscard]] RocksDbLogStoreParts parts(const std::string& dir);

  rocksdb::IOStatus NewWritableFile(const std::string& path,
                                    const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path,
                                 const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from,
                               const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

  // How much of the next operation on `path` to carry out; kAll and ok unless it is to fail.
  struct Verdict {
    LastEffect effect;
    bool fails;
  };
  [[nodiscard]] Verdict next(const std::string& path);
  void synced(const std::string& path, std::uint64_t bytes);

 private:
  std::atomic<std::uint64_t> operations_ = 0;
  std::atomic<std::uint64_t> stop_at_ = UINT64_MAX;
  LastEffect effect_ = LastEffect::kNone;
  std::string failing_suffix_ = "\n";
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> synced_;  // bytes, by path
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace quorate::raft
