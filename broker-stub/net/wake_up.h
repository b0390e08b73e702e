// WakeUp: lets a coroutine sleep until something happens elsewhere or a deadline passes.
//
// It remembers one signal: a wake() before the wait ends the next wait at once, so nothing is lost
// between looking at a condition and waiting for it. Use: loop { look; if done, leave; wait }.
//
// Copies share one state, so that a copy can be left with whoever wakes.
// Thread: wake() any; wait_for() only in a coroutine on the executor given, one at a time.
#pragma once

#include <chrono>
#include <memory>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

namespace quorate::broker {

class WakeUp {
 public:
  // `executor`: the strand of the coroutine that will wait (co_await asio::this_coro::executor).
  explicit WakeUp(const asio::any_io_executor& executor);

  void wake() const;
  // Whether it was woken; false once `timeout` has passed. Takes the signal.
  [[nodiscard]] asio::awaitable<bool> wait_for(std::chrono::nanoseconds timeout) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace quorate::broker
