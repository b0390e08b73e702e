// The simulated disk of one replica: a queue of batches, one sync at a time that takes everything
// that waits, and a durable part that alone survives a crash.
//
// A batch is atomic; a crash keeps a drawn prefix of the outstanding batches, in order. Time is not
// in here: the replica decides when a sync ends.
// Owner: SimReplica's host (it outlives the process). Thread: one.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "raft/storage/memory_log_store.h"

namespace quorate::raft::testing {

class SimDisk {
 public:
  SimDisk(GroupId group, const Membership& membership, const HardState& initial);

  void submit(PersistBatch batch) { waiting_.push_back(std::move(batch)); }
  [[nodiscard]] bool is_syncing() const { return !syncing_.empty(); }
  [[nodiscard]] std::size_t outstanding() const { return syncing_.size() + waiting_.size(); }
  [[nodiscard]] bool has_outstanding_entries() const;

  // Starts a sync of all that waits. False when one is running or nothing waits.
  [[nodiscard]] bool begin_sync();
  // The batches that are durable now, in order. A status that is not ok is a mistake of the core:
  // a batch did not fit.
  Result<std::vector<PersistBatch>> finish_sync();
  // Keeps the first `kept` outstanding batches, which are returned, and forgets the others.
  Result<std::vector<PersistBatch>> crash(std::size_t kept);

  Result<Recovered> recover() { return store_.recover(group_); }
  Result<std::vector<Entry>> read(Index first, Index last, std::size_t bytes_max) {
    return store_.read(group_, first, last, bytes_max);
  }

 private:
  GroupId group_;
  MemoryLogStore store_;
  std::vector<PersistBatch> syncing_;
  std::deque<PersistBatch> waiting_;
};

}  // namespace quorate::raft::testing
