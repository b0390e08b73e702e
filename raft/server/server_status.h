// What a server tells about itself, and the place where the raft thread puts it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "raft/base/mutex.h"
#include "raft/base/status.h"
#include "raft/core/consensus.h"

namespace quorate::raft {

// A copy of what the raft thread published last: at every change of role, term or leader, at every
// tick, and whenever it runs out of work.
struct ServerStatus {
  CoreStatus core;
  Index applied;  // by the state machine, now
  std::uint64_t leader_changes = 0;
  std::uint64_t proposals_committed = 0;
  std::uint64_t proposals_rejected = 0;
  std::uint64_t proposals_unknown = 0;
  std::uint64_t syncs = 0;
  std::int64_t sync_p50_ns = 0;
  std::int64_t sync_p99_ns = 0;
  StorageHealth storage = StorageHealth::kHealthy;
  std::optional<Status> fatal;  // set once the server has stopped itself
};

// Thread: publish() by the raft thread, read() by any (locks inside, held for one copy).
class PublishedStatus {
 public:
  struct View {
    CoreStatus core;
    StorageHealth storage = StorageHealth::kHealthy;
  };

  void publish(View view) {
    auto fresh = std::make_unique<const View>(std::move(view));
    const MutexLock lock(mutex_);
    view_.swap(fresh);  // what it replaces is freed behind the lock
  }
  [[nodiscard]] View read() const {
    const MutexLock lock(mutex_);
    return *view_;
  }

 private:
  mutable Mutex mutex_;
  std::unique_ptr<const View> view_ QUORATE_GUARDED_BY(mutex_) = std::make_unique<const View>();
};

}  // namespace quorate::raft
