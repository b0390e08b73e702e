#include "examples/kv/delays.h"

#include <utility>

namespace quorate::kv {

Delays::Delays() : thread_([this] { run(); }) {}

Delays::~Delays() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void Delays::after(std::chrono::nanoseconds delay, std::function<void()> call) {
  const auto due = Clock::now() + delay;
  const MutexLock lock(mutex_);
  calls_.emplace(due, std::move(call));
  changed_.notify_one();
}

void Delays::run() {
  mutex_.lock();
  while (!stopping_) {
    const auto now = Clock::now();
    if (calls_.empty()) {
      changed_.wait(mutex_);
    } else if (calls_.begin()->first > now) {
      changed_.wait_for(mutex_, calls_.begin()->first - now);
    } else {
      const auto call = std::move(calls_.begin()->second);
      calls_.erase(calls_.begin());
      mutex_.unlock();
      call();
      mutex_.lock();
    }
  }
  mutex_.unlock();
}

}  // namespace quorate::kv
