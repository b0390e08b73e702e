// What a server counts. The series of /metrics are made from a MetricsSnapshot by whoever serves
// them; nothing here knows a format.
//
// Each counter has one writing thread, named beside it: relaxed loads and stores are enough.
// Thread: snapshot() by any.
#pragma once

#include <atomic>
#include <cstdint>

#include "raft/server/latency.h"

namespace quorate::raft {

// A number that one thread counts up and any thread may read.
class Counter {
 public:
  void add(std::uint64_t value = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// A number that several threads count up.
class SharedCounter {
 public:
  void add(std::uint64_t value = 1) { value_.fetch_add(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct MetricsSnapshot {
  std::uint64_t leader_changes = 0;
  std::uint64_t proposals_committed = 0;
  std::uint64_t proposals_applied = 0;
  std::uint64_t proposals_rejected = 0;
  std::uint64_t proposals_unknown = 0;
  std::uint64_t reads_granted = 0;
  std::uint64_t reads_by_lease = 0;  // of those, here and without a round
  std::uint64_t reads_refused = 0;
  std::uint64_t requests_busy = 0;     // proposals and reads turned away by propose() and read()
  std::uint64_t requests_pending = 0;  // proposals and reads that have no answer yet
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_dropped = 0;  // because the inbox was full
  std::uint64_t entries_applied = 0;
  std::uint64_t entries_fetched = 0;  // read from the log store for lagging peers
  std::uint64_t turns = 0;            // of the raft loop
  std::uint64_t ticks_forgotten = 0;  // after late wake-ups
  std::uint64_t syncs = 0;
  std::uint64_t batches_persisted = 0;
  std::uint64_t log_bytes_written = 0;
  std::uint64_t snapshots_taken = 0;
  std::uint64_t snapshots_installed = 0;  // received from a leader
  std::uint64_t snapshots_sent = 0;       // to peers, each installed there
  std::uint64_t snapshots_failed = 0;     // taking, reading, writing or removing one
  std::uint64_t snapshot_bytes_sent = 0;
  std::uint64_t snapshot_bytes_received = 0;
  std::uint64_t snapshot_index = 0;  // of the newest one taken, restored or installed here
  std::uint64_t snapshot_bytes = 0;  // of the one that was taken last
  std::int64_t snapshot_age_ns = 0;  // since then; 0: none was taken since the start
  LatencySnapshot commit;  // from the raft thread taking a proposal up until it is committed
  LatencySnapshot sync;    // one LogStore::persist()
};

struct Metrics {
  // raft thread
  Counter leader_changes;
  Counter proposals_committed;
  Counter proposals_rejected;
  Counter proposals_unknown;
  Counter reads_granted;
  Counter reads_by_lease;
  Counter reads_refused;
  Counter messages_received;
  Counter messages_sent;
  Counter turns;
  Counter ticks_forgotten;
  Counter snapshots_installed;
  Counter snapshots_sent;
  LatencyHistogram commit;
  // log-writer thread
  Counter syncs;
  Counter batches_persisted;
  LatencyHistogram sync;
  // apply thread
  Counter proposals_applied;
  Counter entries_applied;
  // reader thread
  Counter entries_fetched;
  // snapshot thread
  Counter snapshots_taken;
  Counter snapshots_failed;
  Counter snapshot_bytes_sent;
  Counter snapshot_bytes_received;
  // any
  std::atomic<std::uint64_t> snapshot_index{0};
  std::atomic<std::uint64_t> snapshot_bytes{0};
  std::atomic<std::int64_t> snapshot_taken_ns{0};
  SharedCounter requests_busy;
  SharedCounter messages_dropped;

  [[nodiscard]] MetricsSnapshot snapshot() const;
};

}  // namespace quorate::raft
