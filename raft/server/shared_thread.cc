#include "raft/server/shared_thread.h"

#include <utility>
#include <vector>

#include "raft/server/thread_name.h"

namespace quorate::raft {

void LoopSeat::start() {
  is_started_ = true;
  if (shared_ != nullptr) return shared_->wake(*this);
  thread_ = std::thread([this] {
    name_this_thread(name_);
    auto timeout = turn_(std::chrono::nanoseconds::zero());
    while (timeout)
      timeout = turn_(*timeout);
  });
}

void LoopSeat::join() {
  if (thread_.joinable()) thread_.join();
  if (shared_ != nullptr && is_started_.exchange(false)) shared_->await_end(*this);
}

SharedThread::SharedThread(const char* name, const Clock& clock, std::function<void()> after_round)
    : name_(name), clock_(clock), after_round_(std::move(after_round)) {}

SharedThread::~SharedThread() {
  stop();
}

void SharedThread::start() {
  thread_ = std::thread([this] { run(); });
}

void SharedThread::stop() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SharedThread::wake(LoopSeat& seat) {
  {
    const MutexLock lock(mutex_);
    if (seat.has_ended_) return;
    queue_.wake(&seat);
    if (!std::exchange(is_asleep_, false)) return;
  }
  work_.notify_one();
}

void SharedThread::await_end(LoopSeat& seat) {
  wake(seat);
  const MutexLock lock(mutex_);
  while (!seat.has_ended_)
    ended_.wait(mutex_);
}

void SharedThread::run() {
  name_this_thread(name_);
  std::vector<LoopSeat*> ready;
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (is_stopping_) return;
      ready = queue_.take_ready(clock_.monotonic_ns());
      if (ready.empty()) {
        wait_for_work();
        continue;
      }
    }
    for (LoopSeat* const seat : ready)
      turn(*seat);
    rounds_.fetch_add(1, std::memory_order_relaxed);
    if (after_round_) after_round_();
  }
}

void SharedThread::wait_for_work() {
  std::chrono::nanoseconds timeout = LoopSeat::kIdle;
  if (const auto due_ns = queue_.next_due_ns()) {
    timeout = std::chrono::nanoseconds(*due_ns - clock_.monotonic_ns());
  }
  is_asleep_ = true;
  if (timeout.count() > 0) work_.wait_for(mutex_, timeout);
  is_asleep_ = false;
}

// Nobody else ends a seat, and it is not touched any more once it has ended.
void SharedThread::turn(LoopSeat& seat) {
  turns_.fetch_add(1, std::memory_order_relaxed);
  const auto patience = seat.turn_(std::chrono::nanoseconds::zero());
  const std::int64_t now_ns = clock_.monotonic_ns();
  const MutexLock lock(mutex_);
  if (patience) {
    const bool waits = *patience < LoopSeat::kIdle;
    return queue_.rest(&seat, waits ? std::optional(now_ns + patience->count()) : std::nullopt);
  }
  queue_.forget(&seat);
  seat.has_ended_ = true;
  ended_.notify_all();
}

}  // namespace quorate::raft
