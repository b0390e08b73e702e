#include "raft/transport/message_codec.h"

#include <limits>
#include <memory>

#include "raft/transport/frame_codec.h"

namespace quorate::raft {

std::string encode_message(const Message& message) {
  v1::Frame frame;
  *frame.mutable_hello() =
      encode_hello({kProtocolVersion, message.cluster, message.from, message.to.node});
  append_message(message, frame);
  return frame.SerializeAsString();
}

Result<Message> decode_message(std::string_view bytes) {
  const auto frame = std::make_shared<v1::Frame>();
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !frame->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return {Code::kCorruption, "not a frame"};
  }
  const Result<Handshake> hello = decode_hello(frame->hello());
  if (!hello.is_ok()) return hello.status();
  if (hello->protocol_version != kProtocolVersion) {
    return {Code::kUnsupported,
            "protocol version " + std::to_string(hello->protocol_version) + " is not known"};
  }
  if (frame->messages_size() != 1) {
    return {Code::kCorruption,
            "a frame of " + std::to_string(frame->messages_size()) + " messages instead of one"};
  }
  Result<Message> message = decode_message(frame->messages(0), *hello, frame);
  if (message.is_ok() && message->to.node != hello->to) {
    return {Code::kCorruption, "the message is not for the node that the frame is for"};
  }
  return message;
}

}  // namespace quorate::raft
