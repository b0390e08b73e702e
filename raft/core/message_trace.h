// MessageTrace: what a trace tells of one message, in the same fields for every type.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <string_view>

#include "raft/core/message.h"

namespace quorate::raft {

// A field that a type of message does not have is zero.
struct MessageTrace {
  std::string_view type;  // type_name()
  NodeId from;
  NodeId to;
  Term term;  // the sender's
  // The place in the log that it speaks of. Of a vote, TimeoutNow or snapshot: the last entry. Of
  // an append and its rejection: prev_log. Of an acceptance, a heartbeat's answer and a read index:
  // the index that is answered, without term.
  LogId log;
  std::uint64_t count = 0;  // entries; of a snapshot: bytes of the chunk
  Index commit;
  bool reject = false;
  LogId hint;  // of a rejected append
  bool operator==(const MessageTrace&) const = default;
};

[[nodiscard]] MessageTrace trace_of(const Message& message);

}  // namespace quorate::raft
