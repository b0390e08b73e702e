// Fatal: the reason why a server had to stop itself. The first one counts.
//
// Every loop looks at tripped() before it acknowledges anything: after a disk error nothing is
// promised any more, whatever was under way (P13).
// Thread: any (locks inside).
#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "raft/base/mutex.h"
#include "raft/base/status.h"

namespace quorate::raft {

class Fatal {
 public:
  // Keeps `reason` unless there is one already. `reason` must not be ok.
  void trip(Status reason) {
    const MutexLock lock(mutex_);
    if (!reason_) reason_ = std::move(reason);
    tripped_.store(true, std::memory_order_release);
  }

  [[nodiscard]] bool tripped() const { return tripped_.load(std::memory_order_acquire); }

  [[nodiscard]] std::optional<Status> reason() const {
    if (!tripped()) return std::nullopt;
    const MutexLock lock(mutex_);
    return reason_;
  }

 private:
  std::atomic<bool> tripped_{false};
  mutable Mutex mutex_;
  std::optional<Status> reason_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::raft
