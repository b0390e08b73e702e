// Messages in the frames of a stream (quorate/raft/v1/transport.proto) and back.
//
// Encoding appends to a frame; decoding is total: whatever arrives is a message with every bound
// checked, or kCorruption with the reason. Payloads are not copied out of a decoded frame: they
// share its owner. Internal: names Protocol Buffers.
// Thread: any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "quorate/raft/v1/transport.pb.h"

#include "raft/base/status.h"
#include "raft/core/message.h"
#include "raft/transport/node_beat.h"

namespace quorate::raft {

inline constexpr std::uint32_t kProtocolVersion = 1;

// Terms and indexes at or above this are never reached honestly, and adding to them could overflow.
inline constexpr std::uint64_t kNumberEnd = std::uint64_t{1} << 63U;

// kCorruption.
[[nodiscard]] Status malformed(std::string why);

// Who opens a stream, and whom it means.
struct Handshake {
  std::uint32_t protocol_version = kProtocolVersion;
  ClusterId cluster;
  ReplicaId from;
  NodeId to;
  bool operator==(const Handshake&) const = default;
};

[[nodiscard]] v1::Hello encode_hello(const Handshake& handshake);
// "foreign_cluster", ...: how a refusal is counted.
[[nodiscard]] std::string refusal_name(v1::Refusal refusal);
// kCorruption when a part is missing.
Result<Handshake> decode_hello(const v1::Hello& hello);

void append_message(const Message& message, v1::Frame& frame);

// A message of the stream that `stream` opened; payloads keep `owner` alive, which owns `message`.
Result<Message> decode_message(const v1::Message& message,
                               const Handshake& stream,
                               const std::shared_ptr<const void>& owner);

void append_beat(const NodeBeat& beat, v1::Frame& frame);

// A beat of the stream that `stream` opened.
Result<NodeBeat> decode_beat(const v1::NodeBeat& beat, const Handshake& stream);

// About what `beat` takes in a frame and in a queue, in bytes.
[[nodiscard]] std::size_t beat_bytes(const NodeBeat& beat);

// About what `message` takes in a frame and in a queue, in bytes.
[[nodiscard]] std::size_t message_bytes(const Message& message);

}  // namespace quorate::raft
