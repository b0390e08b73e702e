#include "raft/storage/log_database.h"

#include <cstdarg>
#include <utility>

#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include "raft/base/mutex.h"

namespace quorate::raft {

namespace {

// RocksDB's own log says nothing that our statuses do not, and would write into the directory
// before it is checked (D10).
class NoInfoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
};

rocksdb::Options rocksdb_options(const LogDatabaseOptions& options) {
  rocksdb::Options out;
  out.env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  out.info_log = std::make_shared<NoInfoLog>();
  // Only a torn tail is forgiven: PointInTime would drop synced writes without a word (P14).
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  out.paranoid_checks = true;
  out.recycle_log_file_num = 0;  // with recycled files a torn tail cannot be told from old data
  out.write_buffer_size = options.memtable_bytes;
  out.max_write_buffer_number = 3;
  out.compression = rocksdb::kNoCompression;  // short-lived data, written once and dropped
  out.level0_file_num_compaction_trigger = 8;
  out.level0_slowdown_writes_trigger = 32;
  out.level0_stop_writes_trigger = 64;
  out.allow_concurrent_memtable_write = false;  // there is one writer
  out.avoid_flush_during_shutdown = false;
  out.max_file_opening_threads = 1;  // a few table files: threads would cost more than they save
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kCRC32c;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

}  // namespace

// Remembers the first failure of flushes, compactions and the like (D28).
class LogDatabase::Listener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* status) override {
    const MutexLock lock(mutex_);
    if (first_.is_ok()) first_ = from_rocksdb(*status, "background work of the log database");
  }
  [[nodiscard]] Status first() const {
    const MutexLock lock(mutex_);
    return first_;
  }

 private:
  mutable Mutex mutex_;
  Status first_ QUORATE_GUARDED_BY(mutex_);
};

Status from_rocksdb(const rocksdb::Status& status, const std::string& context) {
  if (status.ok()) return Status::ok();
  Code code = Code::kIoError;
  if (status.IsCorruption()) code = Code::kCorruption;
  if (status.IsNotFound() || status.IsPathNotFound()) code = Code::kNotFound;
  return {code, context + ": " + status.ToString()};
}

LogDatabase::LogDatabase() = default;

Result<std::unique_ptr<LogDatabase>> LogDatabase::start(const LogDatabaseOptions& options,
                                                        Mode mode) {
  std::unique_ptr<LogDatabase> database(new LogDatabase());
  database->mode_ = mode;
  database->listener_ = std::make_shared<Listener>();
  database->statistics_ = rocksdb::CreateDBStatistics();
  database->statistics_->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  rocksdb::Options rocks = rocksdb_options(options);
  rocks.statistics = database->statistics_;
  rocks.listeners.push_back(database->listener_);
  rocks.create_if_missing = mode == Mode::kCreate;
  rocks.error_if_exists = mode == Mode::kCreate;
  if (mode == Mode::kSalvage) {
    rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    rocks.paranoid_checks = false;
  }
  rocksdb::DB* opened = nullptr;
  const bool changes_nothing = mode == Mode::kReadOnly || mode == Mode::kSalvage;
  const rocksdb::Status status = changes_nothing
                                     ? rocksdb::DB::OpenForReadOnly(rocks, options.path, &opened)
                                     : rocksdb::DB::Open(rocks, options.path, &opened);
  if (!status.ok()) return from_rocksdb(status, options.path + ": open");
  database->db_.reset(opened);
  return database;
}

Result<std::unique_ptr<LogDatabase>> LogDatabase::create(const LogDatabaseOptions& options) {
  return start(options, Mode::kCreate);
}

Result<std::unique_ptr<LogDatabase>> LogDatabase::open(const LogDatabaseOptions& options) {
  return start(options, Mode::kOpen);
}

Result<std::unique_ptr<LogDatabase>> LogDatabase::open_read_only(
    const LogDatabaseOptions& options) {
  return start(options, Mode::kReadOnly);
}

Result<std::unique_ptr<LogDatabase>> LogDatabase::open_salvage(const LogDatabaseOptions& options) {
  return start(options, Mode::kSalvage);
}

LogDatabase::~LogDatabase() {
  if (!db_) return;
  // A failed flush loses nothing: what it would have moved stays in the synced write-ahead log.
  if (mode_ == Mode::kCreate || mode_ == Mode::kOpen) static_cast<void>(flush());
  static_cast<void>(db_->Close());
}

Status LogDatabase::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  return from_rocksdb(db_->Write(options, &batch), "write to the log database");
}

Status LogDatabase::flush() {
  return from_rocksdb(db_->Flush(rocksdb::FlushOptions()), "flush of the log database");
}

Status LogDatabase::background_status() const {
  return listener_->first();
}

std::uint64_t LogDatabase::bytes_written() const {
  return statistics_->getTickerCount(rocksdb::WAL_FILE_BYTES) +
         statistics_->getTickerCount(rocksdb::FLUSH_WRITE_BYTES) +
         statistics_->getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
}

}  // namespace quorate::raft
