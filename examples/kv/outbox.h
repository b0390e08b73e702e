// Outbox: what waits to be written on a stream that takes one frame at a time. A frame holds all
// that was ready when the last one had left: no timer, and nobody waits for company.
//
// Invariants:
//   I1  at most one frame is being written
//   I2  after close() nothing is written, and what waited is dropped
//
// Owner: shared by the stream and by those who answer into it. Thread: any (locks inside). Whoever
// is told kWrite must write the frame and then call next().
#pragma once

#include <utility>

#include "raft/base/mutex.h"

namespace quorate::kv {

// Frame: a protocol buffer that append() grows.
template <typename Frame>
class Outbox {
 public:
  enum class Turn : unsigned char { kWait, kWrite };

  // append(frame) adds to what waits. kWrite: nothing was being written; `out` is to be now.
  template <typename Append>
  [[nodiscard]] Turn push(Frame& out, Append append) {
    const MutexLock lock(mutex_);
    if (closed_) return Turn::kWait;
    append(waiting_);
    has_waiting_ = true;
    return begin(out);
  }

  // The last frame has left.
  [[nodiscard]] Turn next(Frame& out) {
    const MutexLock lock(mutex_);
    writing_ = false;
    return begin(out);
  }

  // While held, what is pushed waits; for someone who is about to push many.
  void hold() {
    const MutexLock lock(mutex_);
    ++holds_;
  }
  [[nodiscard]] Turn release(Frame& out) {
    const MutexLock lock(mutex_);
    --holds_;
    return begin(out);
  }

  void close() {
    const MutexLock lock(mutex_);
    closed_ = true;
    waiting_.Clear();
    has_waiting_ = false;
  }

  [[nodiscard]] bool is_idle() const {
    const MutexLock lock(mutex_);
    return !writing_ && !has_waiting_;
  }
  [[nodiscard]] bool is_writing() const {
    const MutexLock lock(mutex_);
    return writing_;
  }

 private:
  Turn begin(Frame& out) QUORATE_REQUIRES(mutex_) {
    if (writing_ || holds_ > 0 || !has_waiting_) return Turn::kWait;
    writing_ = true;
    has_waiting_ = false;
    out.Clear();
    out.Swap(&waiting_);
    return Turn::kWrite;
  }

  mutable Mutex mutex_;
  Frame waiting_ QUORATE_GUARDED_BY(mutex_);
  bool has_waiting_ QUORATE_GUARDED_BY(mutex_) = false;
  bool writing_ QUORATE_GUARDED_BY(mutex_) = false;
  bool closed_ QUORATE_GUARDED_BY(mutex_) = false;
  int holds_ QUORATE_GUARDED_BY(mutex_) = 0;
};

}  // namespace quorate::kv
