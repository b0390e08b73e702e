// Messages that promise durability, held back until what they promise is durable (P3).
//
// Invariant: a message leaves only once every batch up to the one it needs was reported durable.
// Promises of an older term are dropped with the term: nobody needs them any more.
//
// Owner: Replica. Thread: the driver's. Source: docs/io-ordering.md.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "raft/core/message.h"

namespace quorate::raft {

class Promises {
 public:
  // `message` may leave once batch `seq` is durable.
  void hold(std::uint64_t seq, Message message);

  // Batches up to `seq` are durable: what may leave now, in the order in which it was held.
  [[nodiscard]] std::vector<Message> release(std::uint64_t seq);

  void clear() { held_.clear(); }
  [[nodiscard]] bool empty() const { return held_.empty(); }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(held_);
  }

 private:
  struct Held {
    std::uint64_t seq;
    Message message;
  };
  std::deque<Held> held_;
};

}  // namespace quorate::raft
