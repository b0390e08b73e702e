// BoundedQueue: the hand-over between two threads. Every drain takes all that waits.
//
// Full is an answer, not a wait: push() refuses and the caller says "busy". After close() nothing
// enters, and what is inside can still be drained.
//
// Thread: any number of producers, one consumer (locks inside).
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate {

enum class Push : unsigned char { kDone, kFull, kClosed };

template <typename T>
class BoundedQueue {
 public:
  // At most `items_max` items wait at a time; must be positive.
  explicit BoundedQueue(std::size_t items_max) : items_max_(items_max) {
    QUORATE_CHECK(items_max > 0);
  }

  // `item` is moved from only when the answer is kDone.
  [[nodiscard]] Push push(T&& item) {
    const MutexLock lock(mutex_);
    if (closed_) return Push::kClosed;
    if (items_.size() >= items_max_) return Push::kFull;
    items_.push_back(std::move(item));
    wake();
    return Push::kDone;
  }

  // For what must not be lost and is bounded elsewhere (completions): ignores the bound.
  // Returns false when closed.
  bool push_always(T&& item) {
    const MutexLock lock(mutex_);
    if (closed_) return false;
    items_.push_back(std::move(item));
    wake();
    return true;
  }

  // Replaces the contents of `out` by everything that waits, oldest first; blocks until there is
  // something, `timeout` passed or the queue was closed. Returns false when closed and empty.
  bool drain(std::vector<T>& out, std::chrono::nanoseconds timeout) {
    out.clear();
    const MutexLock lock(mutex_);
    if (items_.empty() && !closed_) {
      asleep_ = true;
      condition_.wait_for(mutex_, timeout);
      asleep_ = false;
    }
    out.swap(items_);
    return !(closed_ && out.empty());
  }

  void close() {
    const MutexLock lock(mutex_);
    closed_ = true;
    condition_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  void wake() QUORATE_REQUIRES(mutex_) {
    if (asleep_) condition_.notify_one();
  }

  const std::size_t items_max_;
  mutable Mutex mutex_;
  CondVar condition_;
  std::vector<T> items_ QUORATE_GUARDED_BY(mutex_);
  bool closed_ QUORATE_GUARDED_BY(mutex_) = false;
  bool asleep_ QUORATE_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate
