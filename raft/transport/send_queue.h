// What waits to be sent to one peer: first in, first out, bounded in messages and bytes.
//
// Full is an answer: the newest message is refused, because the core repeats what matters and an
// older one may be what the peer waits for.
// Owner: GrpcPeer, under its lock. Thread: that one's.
#pragma once

#include <cstddef>
#include <deque>
#include <variant>
#include <vector>

#include "raft/core/message.h"
#include "raft/transport/node_beat.h"

namespace quorate::raft {

class SendQueue {
 public:
  using Item = std::variant<Message, NodeBeat>;

  SendQueue(std::size_t messages_max, std::size_t bytes_max)
      : messages_max_(messages_max), bytes_max_(bytes_max) {}

  // Whether `item` was taken. An empty queue takes one of any size.
  [[nodiscard]] bool push(Item item);
  // The oldest messages, at least one if there is any, as long as they stay within `bytes_max`.
  [[nodiscard]] std::vector<Item> take(std::size_t bytes_max);
  // Empties the queue; returns how many messages were in it.
  std::size_t clear();

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Waiting {
    Item item;
    std::size_t bytes;
  };
  std::size_t messages_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<Waiting> waiting_;
};

}  // namespace quorate::raft
