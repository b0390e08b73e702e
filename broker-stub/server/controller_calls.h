// ControllerCalls: lets a coroutine call the active controller without blocking its thread.
//
// ControllerClient blocks its caller; here a few threads of its own do the waiting.
// Bound: waiting_max calls in progress or queued; one more is answered kBusy at once.
//
// Owner: Broker. Thread: call() on the broker thread; the work runs on a thread of the pool.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>

#include "broker-stub/net/wake_up.h"
#include "controller/client/controller_client.h"
#include "raft/base/mutex.h"
#include "raft/base/status.h"

namespace quorate::broker {

struct ControllerCallsOptions {
  std::size_t threads = 4;
  std::size_t waiting_max = 256;
};

class ControllerCalls {
 public:
  // `client` must outlive it.
  ControllerCalls(controller::ControllerClient& client, ControllerCallsOptions options)
      : client_(client), options_(options), pool_(options.threads) {}
  ~ControllerCalls() { stop(); }
  ControllerCalls(const ControllerCalls&) = delete;
  ControllerCalls& operator=(const ControllerCalls&) = delete;

  // Waits for what runs: shut the client down first, and call it before the io_context of the
  // callers goes. Not from the broker thread. Idempotent.
  void stop() { pool_.join(); }

  // The answer of `work`, which gets the client and may block.
  template <typename T>
  asio::awaitable<Result<T>> call(std::function<Result<T>(controller::ControllerClient&)> work) {
    if (waiting_.fetch_add(1) >= options_.waiting_max) {
      --waiting_;
      co_return Status(Code::kBusy, "too many calls to the controller are waiting");
    }
    const auto slot = std::make_shared<Slot<T>>();
    const WakeUp done(co_await asio::this_coro::executor);
    asio::post(pool_, [this, slot, done, work = std::move(work)] {
      Result<T> answer = work(client_);
      {
        const MutexLock lock(slot->mutex);
        slot->answer = std::move(answer);
      }
      --waiting_;
      done.wake();
    });
    while (true) {
      {
        const MutexLock lock(slot->mutex);
        if (slot->answer) co_return std::move(*slot->answer);
      }
      co_await done.wait_for(std::chrono::seconds(60));
    }
  }

 private:
  template <typename T>
  struct Slot {
    Mutex mutex;
    std::optional<Result<T>> answer QUORATE_GUARDED_BY(mutex);
  };

  controller::ControllerClient& client_;
  ControllerCallsOptions options_;
  std::atomic<std::size_t> waiting_ = 0;
  asio::thread_pool pool_;
};

}  // namespace quorate::broker
