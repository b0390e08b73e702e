// EntryReader: reads entries that have left memory for peers that lag behind, so that neither the
// raft thread nor the state machine waits for the disk because of them.
//
// Bounded by the core, which asks for at most one range per peer at a time.
// Thread: fetch() by the raft thread; reads on its own thread.
#pragma once

#include <thread>

#include "raft/base/bounded_queue.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
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
  EntryReader(Parts parts, GroupId group);
  ~EntryReader();
  EntryReader(const EntryReader&) = delete;
  EntryReader& operator=(const EntryReader&) = delete;

  void start();
  // What waits is forgotten.
  void stop();

  void fetch(const FetchRequest& request);

 private:
  void run();
  void read(const FetchRequest& request);

  Parts parts_;
  GroupId group_;
  std::atomic<bool> stopping_{false};
  BoundedQueue<FetchRequest> queue_;
  std::thread thread_;
};

}  // namespace quorate::raft
