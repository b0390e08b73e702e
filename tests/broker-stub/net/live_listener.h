// A listener on a free port with two threads and a service that does as the test says.
//
// Owner: one test. Its destructor stops the listener and joins the threads.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include "broker-stub/net/listener.h"
#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

// Whether `condition` comes true within 10 seconds.
template <typename Condition>
[[nodiscard]] bool eventually(Condition&& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class ScriptedService : public RequestService {
 public:
  using Answer = std::function<asio::awaitable<Response>(Request)>;

  explicit ScriptedService(Answer answer) : answer_(std::move(answer)) {}
  asio::awaitable<Response> answer(Request request) override { return answer_(std::move(request)); }
  [[nodiscard]] Features features() const override {
    return {.supported = {{.name = "metadata.version", .min_version = 1, .max_version = 25},
                          {.name = "from.zero", .min_version = 0, .max_version = 1}},
            .finalized_epoch = 3,
            .finalized = {
                {.name = "metadata.version", .max_version_level = 25, .min_version_level = 25}}};
  }

 private:
  Answer answer_;
};

class LiveListener {
 public:
  explicit LiveListener(RequestService& service, ListenerOptions options = {})
      : listener_(io_, system_clock(), service, on_free_port(std::move(options)), recorder()) {
    QUORATE_CHECK(listener_.start().is_ok());
    for (auto& thread : threads_) {
      thread = std::thread([this] { io_.run(); });
    }
  }
  ~LiveListener() {
    listener_.stop();
    work_.reset();
    for (auto& thread : threads_)
      thread.join();
  }
  LiveListener(const LiveListener&) = delete;
  LiveListener& operator=(const LiveListener&) = delete;

  [[nodiscard]] Listener& listener() { return listener_; }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] std::vector<NetEvent> events() {
    const MutexLock lock(mutex_);
    return events_;
  }

 private:
  static ListenerOptions on_free_port(ListenerOptions options) {
    options.port = 0;
    return options;
  }
  OnNetEvent recorder() {
    return [this](const NetEvent& event) {
      const MutexLock lock(mutex_);
      events_.push_back(event);
    };
  }

  Mutex mutex_;
  std::vector<NetEvent> events_ QUORATE_GUARDED_BY(mutex_);
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  Listener listener_;
  std::thread threads_[2];
};

}  // namespace quorate::broker
