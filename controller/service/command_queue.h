// CommandQueue: what waits for the command thread, by class and bounded by class.
//
// A turn takes at most a quota of each class, liveness first: a flood of one class fills its own
// queue and is refused there, and never keeps another waiting for longer than one turn.
//
// Thread: push() by any; the rest by the command thread (locks inside).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "controller/service/command.h"
#include "controller/service/options.h"
#include "raft/base/bounded_queue.h"
#include "raft/base/mutex.h"

namespace quorate::controller {

class CommandQueue {
 public:
  explicit CommandQueue(const LoopOptions& options);

  // `command` is moved from only when the answer is kDone.
  [[nodiscard]] Push push(CommandPointer&& command);

  // Appends one turn's worth of commands to `turn`: of each class its quota at most, liveness
  // first, oldest first.
  void take(std::vector<CommandPointer>& turn);
  // Everything that waits, for refusing it.
  [[nodiscard]] std::vector<CommandPointer> take_all();

  // Sleeps until there is a command (unless `paused`), wake() was called, or `timeout` passed.
  enum class Interest : std::uint8_t { kCommandsToo, kWakeOnly };
  void wait(Interest interest, std::chrono::nanoseconds timeout);
  void wake();

  // Nothing enters any more.
  void close();
  [[nodiscard]] std::size_t size() const;

 private:
  struct Lane {
    std::size_t waiting_max = 0;
    std::size_t turn_max = 0;
    std::deque<CommandPointer> waiting;
  };
  [[nodiscard]] bool is_empty() const QUORATE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar condition_;
  std::array<Lane, kCommandClasses> lanes_ QUORATE_GUARDED_BY(mutex_);
  bool woken_ QUORATE_GUARDED_BY(mutex_) = false;
  bool closed_ QUORATE_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::controller
