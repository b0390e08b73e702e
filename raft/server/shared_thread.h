// LoopSeat: where a loop has its turns: on a thread of its own, or on a SharedThread together with
// others, whose number then costs no threads.
//
// A turn takes what waits, at most `timeout` later, and returns how long it would wait the next
// time; nothing when the loop has ended, after which it has no turn any more.
//
// On a shared thread loops take turns in rounds: everyone who has something to do once, then
// `after_round`. One that blocks in its turn delays the others.
//
// Owner: the loop (its seat), the Host (a shared thread, which outlives its seats).
// Thread: wake() by any; the rest by the owner.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "raft/base/clock.h"
#include "raft/base/mutex.h"
#include "raft/server/turn_queue.h"

namespace quorate::raft {

class LoopSeat;

class SharedThread {
 public:
  // `name` as for name_this_thread(). `after_round` may be empty.
  SharedThread(const char* name, const Clock& clock, std::function<void()> after_round);
  ~SharedThread();
  SharedThread(const SharedThread&) = delete;
  SharedThread& operator=(const SharedThread&) = delete;

  void start();
  // No seat is left.
  void stop();

  // How many turns and rounds there were: the work that was done.
  [[nodiscard]] std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t rounds() const { return rounds_.load(std::memory_order_relaxed); }

 private:
  // A fifth of a core tick as it is by default: nobody notices, and a thousand loops whose ticks
  // come at a thousand moments are five wake-ups.
  static constexpr std::int64_t kGrainNs = 2'000'000;

  friend class LoopSeat;
  void wake(LoopSeat& seat);
  void await_end(LoopSeat& seat);
  void run();
  void wait_for_work() QUORATE_REQUIRES(mutex_);
  void turn(LoopSeat& seat);

  const char* const name_;
  const Clock& clock_;
  const std::function<void()> after_round_;
  std::atomic<std::uint64_t> turns_{0};
  std::atomic<std::uint64_t> rounds_{0};

  Mutex mutex_;
  CondVar work_;
  CondVar ended_;
  TurnQueue<LoopSeat*> queue_ QUORATE_GUARDED_BY(mutex_){kGrainNs};
  bool is_asleep_ QUORATE_GUARDED_BY(mutex_) = false;
  bool is_stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

class LoopSeat {
 public:
  using Turn = std::function<std::optional<std::chrono::nanoseconds>(std::chrono::nanoseconds)>;

  // `shared` null: a thread of its own, called `name`.
  LoopSeat(const char* name, SharedThread* shared, Turn turn)
      : name_(name), shared_(shared), turn_(std::move(turn)) {}
  LoopSeat(const LoopSeat&) = delete;
  LoopSeat& operator=(const LoopSeat&) = delete;

  void start();
  // Behind every hand-over of work: a thread of its own is woken by its queue.
  void wake() {
    if (shared_ != nullptr && is_started_) shared_->wake(*this);
  }
  // Waits until the loop has ended, which it was told before. Idempotent.
  void join();

  static constexpr std::chrono::hours kIdle{1};  // waits for nothing but work

 private:
  friend class SharedThread;

  const char* const name_;
  SharedThread* const shared_;
  const Turn turn_;
  std::atomic<bool> is_started_{false};
  bool has_ended_ = false;  // under the shared thread's lock
  std::thread thread_;      // its own
};

}  // namespace quorate::raft
