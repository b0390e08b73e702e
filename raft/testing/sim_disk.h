// The simulated disk of one replica: a queue of batches, one sync at a time that takes everything
// that waits, and a durable part that alone survives a crash.
//
// A batch is atomic; a crash keeps a drawn prefix of the outstanding batches, in order. Time is not
// in here: the replica decides when a sync ends.
//
// With a real store below, that one is written and read; what it gives back is compared with what
// must be in it, and what a crash leaves of the batches behind the drawn prefix is its own doing.
// Owner: SimReplica's host (it outlives the process). Thread: one.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "raft/storage/memory_log_store.h"
#include "raft/testing/sim_store.h"

namespace quorate::raft::testing {

class SimDisk {
 public:
  // `real` may be null.
  SimDisk(GroupId group,
          const Membership& membership,
          const HardState& initial,
          std::unique_ptr<SimStore> real = nullptr);

  void submit(PersistBatch batch) { waiting_.push_back(std::move(batch)); }
  [[nodiscard]] bool is_syncing() const { return !syncing_.empty(); }
  [[nodiscard]] std::size_t outstanding() const { return syncing_.size() + waiting_.size(); }
  [[nodiscard]] bool has_outstanding_entries() const;

  // Starts a sync of all that waits. False when one is running or nothing waits.
  [[nodiscard]] bool begin_sync();
  // The batches that are durable now, in order. A status that is not ok is a mistake of the core (a
  // batch did not fit) or of the real store.
  Result<std::vector<PersistBatch>> finish_sync();
  // Keeps the first `kept` outstanding batches and forgets the others; those that were kept. A real
  // store may keep the others as well.
  Result<std::vector<PersistBatch>> crash(std::size_t kept);

  // kCorruption: the real store holds something else than what was written.
  Result<Recovered> recover();
  Result<std::vector<Entry>> read(Index first, Index last, std::size_t bytes_max) {
    return newest().read(group_, first, last, bytes_max);
  }

 private:
  [[nodiscard]] LogStore& newest() { return real_ == nullptr ? store_ : real_->store(); }
  Status persist(const std::vector<PersistBatch>& batches);
  // Nothing when the real store holds what the one in memory does; else the difference.
  Status compare();

  GroupId group_;
  MemoryLogStore store_;
  std::unique_ptr<SimStore> real_;
  std::vector<PersistBatch> syncing_;
  std::deque<PersistBatch> waiting_;
};

}  // namespace quorate::raft::testing
