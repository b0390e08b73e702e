#include "controller/service/command_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace quorate::controller {

CommandQueue::CommandQueue(const LoopOptions& options) {
  lanes_[static_cast<std::size_t>(CommandClass::kLiveness)] = {
      options.liveness_queue_max, options.liveness_turn_max, {}};
  lanes_[static_cast<std::size_t>(CommandClass::kPartition)] = {
      options.partition_queue_max, options.partition_turn_max, {}};
  lanes_[static_cast<std::size_t>(CommandClass::kAdmin)] = {
      options.admin_queue_max, options.admin_turn_max, {}};
}

Push CommandQueue::push(CommandPointer&& command) {
  const MutexLock lock(mutex_);
  if (closed_) return Push::kClosed;
  Lane& lane = lanes_.at(static_cast<std::size_t>(command->command_class()));
  if (lane.waiting.size() >= lane.waiting_max) return Push::kFull;
  lane.waiting.push_back(std::move(command));
  condition_.notify_one();
  return Push::kDone;
}

void CommandQueue::take(std::vector<CommandPointer>& turn) {
  const MutexLock lock(mutex_);
  for (Lane& lane : lanes_) {
    const std::size_t count = std::min(lane.waiting.size(), lane.turn_max);
    for (std::size_t at = 0; at < count; ++at) {
      turn.push_back(std::move(lane.waiting.front()));
      lane.waiting.pop_front();
    }
  }
}

std::vector<CommandPointer> CommandQueue::take_all() {
  std::vector<CommandPointer> all;
  const MutexLock lock(mutex_);
  for (Lane& lane : lanes_) {
    std::ranges::move(lane.waiting, std::back_inserter(all));
    lane.waiting.clear();
  }
  return all;
}

void CommandQueue::wait(Interest interest, std::chrono::nanoseconds timeout) {
  const MutexLock lock(mutex_);
  const bool work = interest == Interest::kCommandsToo && !is_empty();
  if (!work && !woken_ && !closed_) condition_.wait_for(mutex_, timeout);
  woken_ = false;
}

void CommandQueue::wake() {
  const MutexLock lock(mutex_);
  woken_ = true;
  condition_.notify_one();
}

void CommandQueue::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  condition_.notify_all();
}

std::size_t CommandQueue::size() const {
  const MutexLock lock(mutex_);
  std::size_t total = 0;
  for (const Lane& lane : lanes_)
    total += lane.waiting.size();
  return total;
}

bool CommandQueue::is_empty() const {
  return std::ranges::all_of(lanes_, [](const Lane& lane) { return lane.waiting.empty(); });
}

}  // namespace quorate::controller
