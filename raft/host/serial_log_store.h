// SerialLogStore: a log store in which groups are added while others are written. A log store wants
// persist(), compact(), recover() and bootstrap() one after the other; here they wait for each
// other. Reads do not.
//
// Owner: Host. Thread: any.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

class SerialLogStore final : public LogStore {
 public:
  explicit SerialLogStore(std::unique_ptr<LogStore> store) : store_(std::move(store)) {}

  Result<Recovered> recover(GroupId group) override {
    const MutexLock lock(mutex_);
    return store_->recover(group);
  }
  Status bootstrap(const Bootstrap& bootstrap) override {
    const MutexLock lock(mutex_);
    return store_->bootstrap(bootstrap);
  }
  Status persist(std::span<const PersistBatch> batches) override {
    const MutexLock lock(mutex_);
    return store_->persist(batches);
  }
  Result<std::vector<Entry>> read(GroupId group,
                                  Index first,
                                  Index last,
                                  std::size_t bytes_max) override {
    return store_->read(group, first, last, bytes_max);
  }
  Status compact(GroupId group, Index up_to) override {
    const MutexLock lock(mutex_);
    return store_->compact(group, up_to);
  }
  [[nodiscard]] std::uint64_t bytes_written() const override { return store_->bytes_written(); }

 private:
  const std::unique_ptr<LogStore> store_;
  Mutex mutex_;
};

}  // namespace quorate::raft
