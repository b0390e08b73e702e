#include "bench/closed_loop.h"

#include <string>
#include <utility>

namespace quorate::bench {

void ClosedLoop::start(std::size_t outstanding, std::size_t bytes) {
  bytes_ = bytes;
  started_.resize(outstanding);
  {
    const MutexLock lock(mutex_);
    running_ = outstanding;
  }
  mark();
  for (std::size_t slot = 0; slot < outstanding; ++slot)
    begin(slot);
}

Mark ClosedLoop::mark() {
  const auto now = Clock::now();
  const MutexLock lock(mutex_);
  Mark mark = std::exchange(since_, {});
  mark.elapsed_ns = std::chrono::nanoseconds(now - std::exchange(marked_, now)).count();
  since_.latencies.reserve(mark.latencies.size() * 8 + (1U << 16U));
  return mark;
}

void ClosedLoop::stop() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  while (running_ > 0)
    idle_.wait(mutex_);
}

void ClosedLoop::begin(std::size_t slot) {
  started_[slot] = Clock::now();
  submit_(raft::SharedBytes(std::string(bytes_, 'x')),
          [this, slot](Ended ended) { finish(slot, ended); });
}

void ClosedLoop::finish(std::size_t slot, Ended ended) {
  const std::chrono::nanoseconds took = Clock::now() - started_[slot];
  {
    const MutexLock lock(mutex_);
    if (ended == Ended::kError) {
      ++since_.errors;
    } else {
      ++since_.operations;
      since_.latencies.push_back(static_cast<std::uint32_t>(took.count() / 100));
    }
    if (ended == Ended::kError || stopping_) {
      if (--running_ == 0) idle_.notify_all();
      return;
    }
  }
  begin(slot);
}

}  // namespace quorate::bench
