#include "raft/transport/send_queue.h"

#include <utility>

#include "raft/transport/frame_codec.h"

namespace quorate::raft {

namespace {

std::size_t bytes_of(const SendQueue::Item& item) {
  const auto* message = std::get_if<Message>(&item);
  return message != nullptr ? message_bytes(*message) : beat_bytes(std::get<NodeBeat>(item));
}

}  // namespace

bool SendQueue::push(Item item) {
  const std::size_t bytes = bytes_of(item);
  const bool full = waiting_.size() >= messages_max_ || bytes_ + bytes > bytes_max_;
  if (full && !waiting_.empty()) return false;
  bytes_ += bytes;
  waiting_.push_back({std::move(item), bytes});
  return true;
}

std::vector<SendQueue::Item> SendQueue::take(std::size_t bytes_max) {
  std::vector<Item> taken;
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    Waiting& oldest = waiting_.front();
    if (!taken.empty() && bytes + oldest.bytes > bytes_max) break;
    bytes += oldest.bytes;
    taken.push_back(std::move(oldest.item));
    waiting_.pop_front();
  }
  bytes_ -= bytes;
  return taken;
}

std::size_t SendQueue::clear() {
  const std::size_t count = waiting_.size();
  waiting_.clear();
  bytes_ = 0;
  return count;
}

}  // namespace quorate::raft
