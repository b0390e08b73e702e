#include "tests/raft/server/disk.h"

#include "raft/base/check.h"

namespace quorate::raft {

Disk::Disk(const Bootstrap& bootstrap) : group_(bootstrap.group) {
  QUORATE_CHECK(store_.bootstrap(bootstrap).is_ok());
}

void Disk::fail_persist(std::uint64_t n) {
  const MutexLock lock(mutex_);
  fail_at_ = persists_ + n;
}

void Disk::hang() {
  const MutexLock lock(mutex_);
  hung_ = true;
}

void Disk::release() {
  const MutexLock lock(mutex_);
  hung_ = false;
  changed_.notify_all();
}

void Disk::damage(Index index) {
  const MutexLock lock(mutex_);
  damaged_ = index;
}

std::uint64_t Disk::persists() const {
  const MutexLock lock(mutex_);
  return persists_;
}

std::vector<Entry> Disk::entries() {
  auto all = store_.read(group_, Index{1}, Index{SIZE_MAX}, SIZE_MAX);
  return all.is_ok() ? std::move(all).value() : std::vector<Entry>();
}

Status Disk::persist(std::span<const PersistBatch> batches) {
  {
    const MutexLock lock(mutex_);
    while (hung_)
      changed_.wait(mutex_);
    if (++persists_ == fail_at_) return {Code::kIoError, "this write was to fail"};
  }
  return store_.persist(batches);
}

Result<std::vector<Entry>> Disk::read(Index first, Index last, std::size_t bytes_max) {
  {
    const MutexLock lock(mutex_);
    if (damaged_ && first <= *damaged_ && *damaged_ <= last) {
      return Status(Code::kCorruption, "a bit is wrong");
    }
  }
  return store_.read(group_, first, last, bytes_max);
}

}  // namespace quorate::raft
