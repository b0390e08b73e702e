// A message as opaque bytes, for an embedder with a transport of its own.
//
// The bytes are one frame of quorate/raft/v1/transport.proto with its handshake in front, so that
// each message stands alone: datagrams, pipes and queues carry it as well as a stream.
//
// Decoding is total: whatever arrives is a message with every bound checked, or an error. What it
// says about its sender is only claimed: the transport below must see to it that `from` is the node
// that the bytes came from.
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/message.h"

namespace quorate::raft {

[[nodiscard]] std::string encode_message(const Message& message);

// kUnsupported: of another version of the protocol. kCorruption: not one whole message; the text
// says what is wrong.
Result<Message> decode_message(std::string_view bytes);

}  // namespace quorate::raft
