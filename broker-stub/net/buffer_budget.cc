#include "broker-stub/net/buffer_budget.h"

#include <chrono>

#include <asio/this_coro.hpp>

#include "broker-stub/net/wake_up.h"
#include "raft/base/check.h"

namespace quorate::broker {

namespace {

struct Waiter {
  std::size_t bytes;
  WakeUp wake_up;
  bool is_granted = false;
  bool is_gone = false;  // its coroutine was cancelled
};

}  // namespace

struct BufferBudget::Lease::Shared {
  explicit Shared(std::size_t max) : bytes_max(max) {}

  const std::size_t bytes_max;
  mutable Mutex mutex;
  std::size_t bytes_taken QUORATE_GUARDED_BY(mutex) = 0;
  std::deque<std::shared_ptr<Waiter>> waiters QUORATE_GUARDED_BY(mutex);

  void release(std::size_t bytes) QUORATE_REQUIRES(mutex) {
    QUORATE_CHECK(bytes <= bytes_taken);
    bytes_taken -= bytes;
    grant_next();
  }

  void grant_next() QUORATE_REQUIRES(mutex) {
    while (!waiters.empty()) {
      Waiter& first = *waiters.front();
      if (!first.is_gone) {
        if (first.bytes > bytes_max - bytes_taken) return;
        bytes_taken += first.bytes;
        first.is_granted = true;
        first.wake_up.wake();
      }
      waiters.pop_front();
    }
  }
};

namespace {

// Leaves the queue, or gives back what was granted meanwhile, unless the wait came to its end.
template <typename Shared>
struct Departure {
  Shared& shared;
  Waiter& waiter;
  bool is_served = false;

  ~Departure() {
    if (is_served) return;
    const MutexLock lock(shared.mutex);
    waiter.is_gone = true;
    if (waiter.is_granted) {
      shared.release(waiter.bytes);
    } else {
      shared.grant_next();
    }
  }
};

}  // namespace

BufferBudget::Lease::Lease(Lease&& other) noexcept
    : shared_(std::move(other.shared_)), bytes_(std::exchange(other.bytes_, 0)) {}

BufferBudget::Lease& BufferBudget::Lease::operator=(Lease&& other) noexcept {
  if (this != &other) {
    give_back();
    shared_ = std::move(other.shared_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void BufferBudget::Lease::give_back() {
  if (shared_ == nullptr) return;
  {
    const MutexLock lock(shared_->mutex);
    shared_->release(std::exchange(bytes_, 0));
  }
  shared_.reset();
}

BufferBudget::BufferBudget(std::size_t bytes_max)
    : shared_(std::make_shared<Lease::Shared>(bytes_max)) {}

std::size_t BufferBudget::bytes_taken() const {
  const MutexLock lock(shared_->mutex);
  return shared_->bytes_taken;
}

asio::awaitable<BufferBudget::Lease> BufferBudget::take(std::size_t bytes) {
  const auto shared = shared_;
  QUORATE_CHECK(bytes > 0 && bytes <= shared->bytes_max);
  const auto executor = co_await asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(Waiter{.bytes = bytes, .wake_up = WakeUp(executor)});
  {
    const MutexLock lock(shared->mutex);
    shared->waiters.push_back(waiter);
    shared->grant_next();
  }
  Departure<Lease::Shared> departure{.shared = *shared, .waiter = *waiter};
  while (!co_await waiter->wake_up.wait_for(std::chrono::hours(1))) {
  }
  departure.is_served = true;
  co_return Lease(shared, bytes);
}

}  // namespace quorate::broker
