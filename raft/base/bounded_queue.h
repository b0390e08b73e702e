// BoundedQueue: the hand-over between two threads. Every drain takes all that waits.
//
// Full is an answer, not a wait: push() refuses and the caller says "busy". After close() nothing
// enters, and what is inside can still be drained.
//
// Waking a thread whose processor has gone idle costs tens of microseconds on a virtual machine, so
// the consumer may look again for a while before it sleeps (`poll`). It does so only as long as
// that pays: see Patience.
//
// Thread: any number of producers, one consumer (locks inside).
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

#include "raft/base/check.h"
#include "raft/base/mutex.h"
#include "raft/base/patience.h"

namespace quorate {

// Of a queue into which push_always() is the only way.
inline constexpr std::size_t kNoBound = SIZE_MAX;

enum class Push : unsigned char { kDone, kFull, kClosed };

template <typename T>
class BoundedQueue {
 public:
  // At most `items_max` items wait at a time; must be positive. `poll` is how long the consumer
  // may look for work before it sleeps; zero: it sleeps at once.
  explicit BoundedQueue(std::size_t items_max, std::chrono::nanoseconds poll = {})
      : items_max_(items_max), patience_(poll) {
    QUORATE_CHECK(items_max > 0);
  }

  // `item` is moved from only when the answer is kDone.
  [[nodiscard]] Push push(T&& item) {
    {
      const MutexLock lock(mutex_);
      if (closed_) return Push::kClosed;
      if (items_.size() >= items_max_) return Push::kFull;
      items_.push_back(std::move(item));
      waiting_.store(true, std::memory_order_relaxed);
      if (!take_sleeper()) return Push::kDone;
    }
    condition_.notify_one();  // unlocked, so that the woken thread does not run into the lock
    return Push::kDone;
  }

  // For what must not be lost and is bounded elsewhere (completions): ignores the bound.
  // Returns false when closed.
  bool push_always(T&& item) {
    {
      const MutexLock lock(mutex_);
      if (closed_) return false;
      items_.push_back(std::move(item));
      waiting_.store(true, std::memory_order_relaxed);
      if (!take_sleeper()) return true;
    }
    condition_.notify_one();
    return true;
  }

  // The same for several at once: no drain parts them.
  bool push_all_always(std::vector<T>&& items) {
    if (items.empty()) return true;
    {
      const MutexLock lock(mutex_);
      if (closed_) return false;
      std::move(items.begin(), items.end(), std::back_inserter(items_));
      waiting_.store(true, std::memory_order_relaxed);
      if (!take_sleeper()) return true;
    }
    condition_.notify_one();
    return true;
  }

  // Replaces the contents of `out` by everything that waits, oldest first; blocks until there is
  // something, `timeout` passed or the queue was closed. Returns false when closed and empty.
  // Without a timeout it never enters the kernel to wait: that would cost a thread's time slice.
  bool drain(std::vector<T>& out, std::chrono::nanoseconds timeout) {
    out.clear();
    const bool may_wait = timeout.count() > 0;
    if (may_wait && !has_waiting() && patience_.pays()) poll(timeout);
    const MutexLock lock(mutex_);
    if (may_wait && items_.empty() && !closed_) sleep(timeout);
    out.swap(items_);
    waiting_.store(closed_, std::memory_order_relaxed);
    return !(closed_ && out.empty());
  }

  void close() {
    {
      const MutexLock lock(mutex_);
      closed_ = true;
      waiting_.store(true, std::memory_order_relaxed);
    }
    condition_.notify_all();
  }

  // Whether a drain now would return at once. A hint: needs no lock.
  [[nodiscard]] bool has_waiting() const { return waiting_.load(std::memory_order_relaxed); }

  [[nodiscard]] std::size_t size() const {
    const MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  using SteadyClock = std::chrono::steady_clock;

  // Whether the consumer sleeps and nobody has called it yet.
  bool take_sleeper() QUORATE_REQUIRES(mutex_) { return std::exchange(asleep_, false); }

  // Gives the processor to whoever wants it, but does not let it go idle.
  void poll(std::chrono::nanoseconds timeout) {
    const auto end = SteadyClock::now() + std::min(timeout, patience_.budget());
    while (!has_waiting() && SteadyClock::now() < end)
      std::this_thread::yield();
    patience_.on_polled(has_waiting() ? Patience::Found::kWork : Patience::Found::kNothing);
  }

  void sleep(std::chrono::nanoseconds timeout) QUORATE_REQUIRES(mutex_) {
    const auto start = SteadyClock::now();
    asleep_ = true;
    condition_.wait_for(mutex_, timeout);
    asleep_ = false;
    if (!items_.empty()) patience_.on_slept(SteadyClock::now() - start);
  }

  const std::size_t items_max_;
  Patience patience_;                 // the consumer's
  std::atomic<bool> waiting_{false};  // written under mutex_
  mutable Mutex mutex_;
  CondVar condition_;
  std::vector<T> items_ QUORATE_GUARDED_BY(mutex_);
  bool closed_ QUORATE_GUARDED_BY(mutex_) = false;
  bool asleep_ QUORATE_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate
