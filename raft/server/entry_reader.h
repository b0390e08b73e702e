// EntryReader: reads entries that have left memory for peers that lag behind, so that neither the
// raft thread nor the state machine waits for the disk because of them.
//
// Bounded by the core, which asks for at most one range per peer at a time.
// Thread: fetch() by the raft thread; reads on its seat's thread.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/shared_thread.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

class EntryReader {
 public:
  struct Parts {
    LogStore& store;
    Inbox& inbox;
    Fatal& fatal;
    Metrics& metrics;
  };
  // `shared` null: a thread of its own.
  EntryReader(Parts parts, GroupId group, SharedThread* shared = nullptr);
  ~EntryReader();
  EntryReader(const EntryReader&) = delete;
  EntryReader& operator=(const EntryReader&) = delete;

  void start();
  // What waits is forgotten.
  void stop();

  void fetch(const FetchRequest& request);

 private:
  std::optional<std::chrono::nanoseconds> turn(std::chrono::nanoseconds timeout);
  void read(const FetchRequest& request);

  Parts parts_;
  GroupId group_;
  std::atomic<bool> stopping_{false};
  BoundedQueue<FetchRequest> queue_;
  std::vector<FetchRequest> requests_;  // of this turn
  LoopSeat seat_;
};

}  // namespace quorate::raft
