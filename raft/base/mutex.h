// Mutex, MutexLock and CondVar with clang's thread-safety annotations.
//
// Only queues and registries lock; engines and loops own their state (docs/ARCHITECTURE.md).
// Build the `clang` preset to have GUARDED_BY checked. Thread: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define QUORATE_ANNOTATE(x) __attribute__((x))
#else
#define QUORATE_ANNOTATE(x)
#endif
#define QUORATE_GUARDED_BY(x) QUORATE_ANNOTATE(guarded_by(x))
#define QUORATE_REQUIRES(...) QUORATE_ANNOTATE(requires_capability(__VA_ARGS__))
#define QUORATE_EXCLUDES(...) QUORATE_ANNOTATE(locks_excluded(__VA_ARGS__))

namespace quorate {

class QUORATE_ANNOTATE(capability("mutex")) Mutex {
 public:
  void lock() QUORATE_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() QUORATE_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds the mutex for its own lifetime.
class QUORATE_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) QUORATE_ANNOTATE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() QUORATE_ANNOTATE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Every wait needs the mutex held, gives it up while asleep, and may wake without a reason.
class CondVar {
 public:
  void wait(Mutex& mutex) QUORATE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // Returns after `timeout` at the latest.
  void wait_for(Mutex& mutex, std::chrono::nanoseconds timeout) QUORATE_REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait_for(lock, timeout);
    lock.release();
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace quorate
