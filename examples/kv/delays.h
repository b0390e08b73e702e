// Delays: calls functions later, one after the other, on a thread of its own. For retries.
//
// Owner: main. Thread: after() by any thread; the functions must be short.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include "raft/base/mutex.h"

namespace quorate::kv {

class Delays {
 public:
  Delays();
  // Drops what has not been called yet.
  ~Delays();
  Delays(const Delays&) = delete;
  Delays& operator=(const Delays&) = delete;

  // Bounded by the callers: each waits for at most one call.
  void after(std::chrono::nanoseconds delay, std::function<void()> call);

 private:
  using Clock = std::chrono::steady_clock;
  void run();

  Mutex mutex_;
  CondVar changed_;
  std::multimap<Clock::time_point, std::function<void()>> calls_ QUORATE_GUARDED_BY(mutex_);
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace quorate::kv
