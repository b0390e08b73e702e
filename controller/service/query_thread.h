// QueryThread: where queries are answered, so that a long one (a listing of a million partitions, a
// what-if) holds up neither what is committed nor gRPC.
//
// What was submitted is called once, in order, also when the thread is being ended.
//
// Owner: QueryService. Thread: submit() by any.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>

#include "raft/base/bounded_queue.h"
#include "raft/base/status.h"

namespace quorate::controller {

class QueryThread {
 public:
  using Work = std::function<void()>;

  explicit QueryThread(std::size_t waiting_max = kWaitingMax);
  ~QueryThread();
  QueryThread(const QueryThread&) = delete;
  QueryThread& operator=(const QueryThread&) = delete;

  // kBusy: as many wait as can, and `work` is not called.
  [[nodiscard]] Status submit(Work work);

  static constexpr std::size_t kWaitingMax = 256;

 private:
  void run();

  BoundedQueue<Work> queue_;
  std::thread thread_;
};

}  // namespace quorate::controller
