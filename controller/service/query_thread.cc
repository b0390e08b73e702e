#include "controller/service/query_thread.h"

#include <chrono>
#include <utility>
#include <vector>

namespace quorate::controller {

QueryThread::QueryThread(std::size_t waiting_max)
    : queue_(waiting_max), thread_([this] { run(); }) {}

QueryThread::~QueryThread() {
  queue_.close();
  thread_.join();
}

Status QueryThread::submit(Work work) {
  switch (queue_.push(std::move(work))) {
    case Push::kDone: return Status::ok();
    case Push::kClosed: return {Code::kShutdown, "this controller is stopping"};
    case Push::kFull: break;
  }
  return {Code::kBusy, "too many queries wait for an answer; try again"};
}

void QueryThread::run() {
  std::vector<Work> waiting;
  while (queue_.drain(waiting, std::chrono::hours(1))) {
    for (const Work& work : waiting)
      work();
  }
}

}  // namespace quorate::controller
