// Snapshotter: the snapshot thread. Writes away what the state machine hands out, reads for peers
// that are sent a snapshot, writes what a leader sends, and removes what is no longer needed.
//
//   apply thread -- take(source) --> write, sync, publish --> SnapshotTaken --> the core compacts
//   raft thread  -- read(request) --> (throttle) --> SnapshotRead
//   raft thread  -- write(piece)  --> SnapshotReport: received ... verified | refused
//
// Invariants:
//   I1  every request and every piece is answered exactly once, unless the server stops
//   I2  what a transfer sends stays open, so that it is not removed, until release()
//   I3  the log is compacted only after the snapshot is durable (P17)
//
// No error here ends the server: the log stays as long as it is, and another attempt follows.
// Queue: take() one at a time, pieces and requests as many as the core lets be under way.
// Thread: the public functions by any; the store is written by its seat's thread alone.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/base/clock.h"
#include "raft/server/callbacks.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/shared_thread.h"
#include "raft/server/throttle.h"
#include "raft/storage/snapshot_store.h"

namespace quorate::raft {

class Snapshotter {
 public:
  struct Parts {
    SnapshotStore& store;
    const Clock& clock;
    Inbox& inbox;
    Metrics& metrics;
    SharedThread* shared = nullptr;  // null: a thread of its own
    // Of all groups on the shared thread, beside the own one; null: none.
    Throttle* shared_throttle = nullptr;
  };
  Snapshotter(Parts parts, const ServerOptions& options);
  ~Snapshotter();
  Snapshotter(const Snapshotter&) = delete;
  Snapshotter& operator=(const Snapshotter&) = delete;

  void start();
  // What is being taken is given up; callbacks that wait are told.
  void stop();

  // A snapshot is being taken, or waits to be.
  [[nodiscard]] bool is_taking() const { return is_taking_.load(); }
  // Writes `content` away as the snapshot at `place`. `done` may be empty. Requires !is_taking().
  void take(SnapshotMeta place, std::unique_ptr<SnapshotSource> content, SnapshotCallback done);

  void read(SnapshotRequest request);
  // What `transfer` was sending may be removed.
  void release(const SnapshotTransfer& transfer);
  void write(SnapshotPiece piece);
  // The state machine has been restored up to `applied`: what it needs no more may be removed.
  void collect(Index applied);

  // What is there; for restoring.
  [[nodiscard]] SnapshotStore& store() { return parts_.store; }

 private:
  struct Take {
    SnapshotMeta place;
    std::unique_ptr<SnapshotSource> content;
    SnapshotCallback done;
  };
  struct Collect {
    Index applied;
  };
  using Item = std::variant<Take, SnapshotRequest, SnapshotTransfer, SnapshotPiece, Collect>;
  struct Sending {
    SnapshotTransfer transfer;
    std::shared_ptr<StoredSnapshot> snapshot;
  };

  std::optional<std::chrono::nanoseconds> turn(std::chrono::nanoseconds timeout);
  void submit(Item item);
  void carry_out(Take& take);
  void carry_out(const SnapshotRequest& request);
  void carry_out(const SnapshotTransfer& transfer);
  void carry_out(SnapshotPiece& piece);
  void carry_out(const Collect& collect);
  Result<SnapshotMeta> write_away(Take& take);
  Result<std::uint64_t> receive(const SnapshotPiece& piece);
  [[nodiscard]] std::int64_t throttled_ns() const;
  void serve_reads();
  void serve(const SnapshotRequest& request);
  [[nodiscard]] std::shared_ptr<StoredSnapshot> open_for(const SnapshotTransfer& transfer);
  void tidy();
  static void abandon_take(Take& take);

  Parts parts_;
  BoundedQueue<Item> queue_;
  std::atomic<bool> is_taking_{false};
  std::atomic<bool> stopping_{false};

  // The snapshot thread's own.
  Throttle throttle_;
  std::deque<SnapshotRequest> reads_;  // wait for the throttle
  std::vector<Sending> sending_;
  Index applied_;            // of the newest snapshot that was taken or restored
  std::vector<Item> items_;  // of this turn
  LoopSeat seat_;
};

}  // namespace quorate::raft
