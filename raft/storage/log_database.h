// LogDatabase: RocksDB as this store uses it: its options, its errors as ours, its background
// errors seen. Internal: the only header here, with rocksdb_log_store_parts.h, that names RocksDB.
//
// Owner: RocksDbLogStore. Thread: writes by the log-writer thread, the rest by any.
// Source: docs/storage-format.md, "Options of the database".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "raft/base/status.h"

namespace quorate::raft {

struct LogDatabaseOptions {
  std::string path;
  std::size_t memtable_bytes = 32U << 20U;
  rocksdb::Env* env = nullptr;  // null: the system's
};

// `context`: what was tried. kNotFound, kCorruption, else kIoError.
[[nodiscard]] Status from_rocksdb(const rocksdb::Status& status, const std::string& context);

class LogDatabase {
 public:
  // A new, empty database; `path` must not hold one.
  static Result<std::unique_ptr<LogDatabase>> create(const LogDatabaseOptions& options);
  // What is there; never creates.
  static Result<std::unique_ptr<LogDatabase>> open(const LogDatabaseOptions& options);
  // The same without changing a file.
  static Result<std::unique_ptr<LogDatabase>> open_read_only(const LogDatabaseOptions& options);
  // Read-only, and whatever can still be read of a damaged one: never to be written from.
  static Result<std::unique_ptr<LogDatabase>> open_salvage(const LogDatabaseOptions& options);
  // Flushes, so that the next open replays nothing.
  ~LogDatabase();
  LogDatabase(const LogDatabase&) = delete;
  LogDatabase& operator=(const LogDatabase&) = delete;

  // One atomic write, synced on return.
  Status write(rocksdb::WriteBatch& batch);
  // Memtables to table files.
  Status flush();

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  // Ok until background work failed.
  [[nodiscard]] Status background_status() const;
  [[nodiscard]] std::uint64_t bytes_written() const;

 private:
  enum class Mode : unsigned char { kCreate, kOpen, kReadOnly, kSalvage };
  class Listener;
  LogDatabase();
  static Result<std::unique_ptr<LogDatabase>> start(const LogDatabaseOptions& options, Mode mode);

  std::shared_ptr<Listener> listener_;
  std::shared_ptr<rocksdb::Statistics> statistics_;
  std::unique_ptr<rocksdb::DB> db_;
  Mode mode_ = Mode::kOpen;
};

}  // namespace quorate::raft
