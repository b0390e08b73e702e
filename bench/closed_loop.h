// ClosedLoop: a fixed number of operations is always outstanding; each completion starts the next
// from the thread that reported it, so that the load itself adds no hand-over.
//
// Thread: any (locks inside).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/core/entry.h"

namespace quorate::bench {

// What was done between two marks. Latencies are in tenths of a microsecond, unsorted.
struct Mark {
  std::uint64_t operations = 0;
  std::uint64_t errors = 0;  // each took its operation out of the loop
  std::int64_t elapsed_ns = 0;
  std::vector<std::uint32_t> latencies;
};

enum class Ended : std::uint8_t { kOk, kError };

class ClosedLoop {
 public:
  using Done = std::function<void(Ended)>;
  // Takes an operation up; calls `done` exactly once, also before it returns.
  using Submit = std::function<void(raft::SharedBytes, Done)>;

  explicit ClosedLoop(Submit submit) : submit_(std::move(submit)) {}

  // Starts `outstanding` operations of `bytes` each. Once.
  void start(std::size_t outstanding, std::size_t bytes);
  // Since the last mark, or the start.
  Mark mark();
  // Starts no more, and waits until all that were started have ended.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  void begin(std::size_t slot);
  void finish(std::size_t slot, Ended ended);

  Submit submit_;
  std::size_t bytes_ = 0;
  std::vector<Clock::time_point> started_;  // by slot; a slot is used by one thread at a time
  Mutex mutex_;
  CondVar idle_;
  std::size_t running_ QUORATE_GUARDED_BY(mutex_) = 0;
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  Mark since_ QUORATE_GUARDED_BY(mutex_);
  Clock::time_point marked_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::bench
