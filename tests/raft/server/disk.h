// Disk: a group's durable state in memory that outlives servers and can be made to fail or hang.
// DiskStore is the LogStore that a server gets; every server started on a Disk gets a new one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

class Disk {
 public:
  explicit Disk(const Bootstrap& bootstrap) : group_(bootstrap.group) {
    snapshot_.membership = bootstrap.membership;
  }

  // The n-th persist() from now on (1 is the next) fails and changes nothing.
  void fail_persist(std::uint64_t n) {
    const MutexLock lock(mutex_);
    fail_at_ = persists_ + n;
  }
  // persist() does not return until release().
  void hang() {
    const MutexLock lock(mutex_);
    hung_ = true;
  }
  void release() {
    const MutexLock lock(mutex_);
    hung_ = false;
    changed_.notify_all();
  }

  [[nodiscard]] std::uint64_t persists() const {
    const MutexLock lock(mutex_);
    return persists_;
  }
  [[nodiscard]] std::vector<Entry> entries() const {
    const MutexLock lock(mutex_);
    return entries_;
  }
  // One bit of the entry at `index` is no longer what was written.
  void damage(Index index) {
    const MutexLock lock(mutex_);
    entries_.at(index.value - 1).checksum ^= 1U;
  }

  Result<Recovered> recover(GroupId group) const;
  Status persist(std::span<const PersistBatch> batches);
  Result<std::vector<Entry>> read(Index first, Index last, std::size_t bytes_max) const;

 private:
  void write(const PersistBatch& batch) QUORATE_REQUIRES(mutex_);

  const GroupId group_;
  mutable Mutex mutex_;
  CondVar changed_;
  HardState hard_state_ QUORATE_GUARDED_BY(mutex_);
  SnapshotMeta snapshot_ QUORATE_GUARDED_BY(mutex_);
  std::vector<Entry> entries_ QUORATE_GUARDED_BY(mutex_);  // from index 1
  std::uint64_t persists_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::optional<std::uint64_t> fail_at_ QUORATE_GUARDED_BY(mutex_);
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
  Status compact(GroupId, Index) override { return {Code::kUnsupported, "not in this test"}; }
  [[nodiscard]] std::uint64_t bytes_written() const override { return 0; }

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace quorate::raft
