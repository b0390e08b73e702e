// LogWriter: the log-writer thread. Makes batches durable, all that wait in one synced write.
//
//   raft thread -- submit(batch) --> queue --> LogStore::persist(all of them) --> on_written()
//
// The first error is the last thing it does: nothing is retried, nothing is written or reported
// afterwards (P13). The queue is bounded by what the core lets be outstanding.
//
// Thread: submit() by the raft thread; sync_under_way() by any; the rest runs on its own thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/base/clock.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/write_listener.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

class LogWriter final : public BatchSink {
 public:
  struct Parts {
    LogStore& store;
    const Clock& clock;
    WriteListener& listener;
    Fatal& fatal;
    Metrics& metrics;
  };
  LogWriter(Parts parts, const ServerOptions& options);
  ~LogWriter() override;
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void start();
  // What waits is still written. Returns when the thread has ended: not while a sync hangs.
  void stop();

  void submit(PersistBatch batch) override;
  // One synced write for all of them, at most.
  void submit(std::vector<PersistBatch> batches);

  // Numbers the sync that is running now: 1, 2, ...; 0 when none is.
  [[nodiscard]] std::uint64_t sync_under_way() const override {
    return sync_under_way_.load(std::memory_order_relaxed);
  }

 private:
  void run();
  // False: the store failed.
  bool write(const std::vector<PersistBatch>& batches);
  bool free_compacted(const std::vector<PersistBatch>& batches);

  Parts parts_;
  BoundedQueue<PersistBatch> queue_;
  std::atomic<std::uint64_t> sync_under_way_{0};
  std::uint64_t syncs_started_ = 0;
  std::thread thread_;
};

}  // namespace quorate::raft
