// Disk: a group's durable state in memory that outlives servers and can be made to fail or hang.
// DiskStore is the LogStore that a server gets; every server started on a Disk gets a new one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/storage/memory_directory.h"
#include "raft/storage/memory_log_store.h"

namespace quorate::raft {

// The members of a group of one.
inline const Membership kAlone{
    .voters = {{.node = NodeId{1}, .incarnation = {.high = 1, .low = 1}}},
    .outgoing = {},
    .learners = {},
    .learners_next = {}};

class Disk {
 public:
  explicit Disk(const Bootstrap& bootstrap);

  // The n-th persist() from now on (1 is the next) fails and changes nothing.
  void fail_persist(std::uint64_t n);
  // persist() does not return until release().
  void hang();
  void release();
  // The entry at `index` can be read no more.
  void damage(Index index);

  [[nodiscard]] std::uint64_t persists() const;
  // All of the log.
  [[nodiscard]] std::vector<Entry> entries();

  Result<Recovered> recover(GroupId group) { return store_.recover(group); }
  Status persist(std::span<const PersistBatch> batches);
  Result<std::vector<Entry>> read(Index first, Index last, std::size_t bytes_max);
  Status compact(GroupId group, Index up_to) { return store_.compact(group, up_to); }

  // Where the snapshots lie.
  std::shared_ptr<MemoryDirectory> snapshots = std::make_shared<MemoryDirectory>();

 private:
  const GroupId group_;
  MemoryLogStore store_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::uint64_t persists_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::optional<std::uint64_t> fail_at_ QUORATE_GUARDED_BY(mutex_);
  std::optional<Index> damaged_ QUORATE_GUARDED_BY(mutex_);
  bool hung_ QUORATE_GUARDED_BY(mutex_) = false;
};

class DiskStore final : public LogStore {
 public:
  explicit DiskStore(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<Recovered> recover(GroupId group) override { return disk_->recover(group); }
  Status bootstrap(const Bootstrap&) override { return {Code::kAlreadyExists, "made with it"}; }
  Status persist(std::span<const PersistBatch> batches) override { return disk_->persist(batches); }
  Result<std::vector<Entry>> read(GroupId, Index first, Index last, std::size_t max) override {
    return disk_->read(first, last, max);
  }
  Status compact(GroupId group, Index up_to) override { return disk_->compact(group, up_to); }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace quorate::raft
