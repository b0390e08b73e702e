#include "raft/server/log_writer.h"

#include <chrono>
#include <utility>

#include "raft/server/fail_point.h"
#include "raft/server/thread_name.h"

namespace quorate::raft {
namespace {

constexpr std::chrono::hours kIdle{1};

}  // namespace

LogWriter::LogWriter(Parts parts, const ServerOptions& options)
    : parts_(parts), queue_(kNoBound, std::chrono::nanoseconds(options.poll_ns)) {}

LogWriter::~LogWriter() {
  stop();
}

void LogWriter::start() {
  thread_ = std::thread([this] { run(); });
}

void LogWriter::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void LogWriter::submit(PersistBatch batch) {
  queue_.push_always(std::move(batch));
}

void LogWriter::submit(std::vector<PersistBatch> batches) {
  queue_.push_all_always(std::move(batches));
}

void LogWriter::run() {
  name_this_thread("log-writer");
  std::vector<PersistBatch> batches;
  while (queue_.drain(batches, kIdle)) {
    if (batches.empty()) continue;
    if (parts_.fatal.tripped() || !write(batches)) return;
  }
}

bool LogWriter::write(const std::vector<PersistBatch>& batches) {
  const std::int64_t start_ns = parts_.clock.monotonic_ns();
  sync_under_way_.store(++syncs_started_, std::memory_order_relaxed);
  Status status = reach(FailPoint::kLogBeforeSync);
  if (status.is_ok()) status = parts_.store.persist(batches);
  if (status.is_ok()) status = reach(FailPoint::kLogAfterSync);
  sync_under_way_.store(0, std::memory_order_relaxed);
  if (!status.is_ok()) {
    parts_.fatal.trip(status.with_context("log store"));
    parts_.listener.on_write_failed();
    return false;
  }
  parts_.listener.on_written(batches);
  parts_.metrics.sync.record(parts_.clock.monotonic_ns() - start_ns);
  parts_.metrics.syncs.add();
  parts_.metrics.batches_persisted.add(batches.size());
  return free_compacted(batches);
}

// The entries are gone with the batch that moved the log's base; their disk space goes now.
bool LogWriter::free_compacted(const std::vector<PersistBatch>& batches) {
  for (const PersistBatch& batch : batches) {
    if (!batch.snapshot) continue;
    Status status = reach(FailPoint::kLogBeforeCompact);
    if (status.is_ok()) status = parts_.store.compact(batch.group, batch.snapshot->last.index);
    if (status.is_ok()) status = reach(FailPoint::kLogAfterCompact);
    if (status.is_ok()) continue;
    parts_.fatal.trip(status.with_context("log store"));
    parts_.listener.on_write_failed();
    return false;
  }
  return true;
}

}  // namespace quorate::raft
