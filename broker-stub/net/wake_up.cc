#include "broker-stub/net/wake_up.h"

#include <atomic>

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace quorate::broker {

struct WakeUp::State {
  explicit State(const asio::any_io_executor& executor) : timer(executor) {}

  std::atomic<bool> is_signalled = false;
  asio::steady_timer timer;  // touched on its executor only
};

WakeUp::WakeUp(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

void WakeUp::wake() const {
  if (state_->is_signalled.exchange(true)) return;
  // The strand runs this after the waiter, if there is one, is suspended on the timer.
  asio::post(state_->timer.get_executor(), [state = state_] { state->timer.cancel(); });
}

asio::awaitable<bool> WakeUp::wait_for(std::chrono::nanoseconds timeout) const {
  const auto state = state_;
  // Far beyond any real wait, and far from overflowing the timer's clock.
  constexpr std::chrono::nanoseconds kLongest = std::chrono::hours(24);
  const auto deadline = std::chrono::steady_clock::now() + std::min(timeout, kLongest);
  while (!state->is_signalled.exchange(false)) {
    if (std::chrono::steady_clock::now() >= deadline) co_return false;
    state->timer.expires_at(deadline);
    asio::error_code ignored;  // a cancelled coroutine throws at its next co_await
    co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return true;
}

}  // namespace quorate::broker
