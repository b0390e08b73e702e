// Round: what the groups of a host want written and sent in one round of turns, so that all of it
// becomes one synced write and one hand-over to the transport, however many groups there are.
//
// Owner: Host. Thread: the host's raft thread.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "raft/core/message.h"
#include "raft/core/ready.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

class Round final : public MessageSink {
 public:
  void send(std::vector<Message> messages) override {
    if (messages_.empty()) {
      messages_ = std::move(messages);
    } else {
      std::move(messages.begin(), messages.end(), std::back_inserter(messages_));
    }
  }
  void write(PersistBatch batch) { batches_.push_back(std::move(batch)); }

  [[nodiscard]] std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  // In the order of their turns; of one group in the order of their numbers.
  [[nodiscard]] std::vector<PersistBatch> take_batches() { return std::exchange(batches_, {}); }

 private:
  std::vector<Message> messages_;
  std::vector<PersistBatch> batches_;
};

}  // namespace quorate::raft
