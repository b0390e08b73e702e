#include "raft/transport/message_codec.h"

#include <catch2/catch.hpp>

#include "quorate/raft/v1/transport.pb.h"

#include "raft/base/random.h"
#include "tests/raft/transport/sample_messages.h"

namespace quorate::raft {

namespace {

// The encoded `message` after `spoil` was let loose on its frame.
template <typename Spoil>
Status spoiled(const Message& message, const Spoil& spoil) {
  v1::Frame frame;
  REQUIRE(frame.ParseFromString(encode_message(message)));
  spoil(frame);
  return decode_message(frame.SerializeAsString()).status();
}

}  // namespace

TEST_CASE("every kind of message stands alone as bytes", "[raft][transport][message_codec]") {
  for (const MessageBody& body : sample_bodies()) {
    const Message message = message_of(1, 2, body);
    const Result<Message> decoded = decode_message(encode_message(message));
    INFO(type_name(body) << " " << to_string(decoded.status()));
    REQUIRE(decoded.is_ok());
    CHECK((*decoded == message));
  }
}

TEST_CASE("a decoded message does not need the bytes it came from",
          "[raft][transport][message_codec]") {
  std::string bytes = encode_message(message_of(1, 2, sample_append(64)));
  const Result<Message> decoded = decode_message(bytes);
  bytes.assign(bytes.size(), 'x');
  for (const Entry& entry : std::get<AppendEntries>(decoded->body).entries)
    CHECK(is_intact(entry));
}

TEST_CASE("bytes that are not one whole message are refused with the reason",
          "[raft][transport][message_codec][X03]") {
  const Message message = message_of(1, 2, sample_append(20));
  CHECK(decode_message("").status().code() == Code::kCorruption);
  CHECK(decode_message("\xff\xff\xff").status().message() == "not a frame");
  const Status headless = spoiled(message, [](v1::Frame& frame) { frame.clear_hello(); });
  CHECK(headless.message() == "the hello lacks cluster or sender");
  const Status empty = spoiled(message, [](v1::Frame& frame) { frame.clear_messages(); });
  CHECK(empty.message() == "a frame of 0 messages instead of one");
  const Status two =
      spoiled(message, [](v1::Frame& frame) { *frame.add_messages() = frame.messages(0); });
  CHECK(two.message() == "a frame of 2 messages instead of one");
  const Status misled =
      spoiled(message, [](v1::Frame& frame) { frame.mutable_hello()->set_to_node(3); });
  CHECK(misled.message() == "the message is not for the node that the frame is for");
  const Status newer =
      spoiled(message, [](v1::Frame& frame) { frame.mutable_hello()->set_protocol_version(2); });
  CHECK(newer.code() == Code::kUnsupported);
}

TEST_CASE("damaged bytes never become an entry that does not verify",
          "[raft][transport][message_codec][X02][P109]") {
  Random random(11);
  const std::string whole = encode_message(message_of(1, 2, sample_append(100)));
  for (int round = 0; round < 10000; ++round) {
    std::string bytes = whole;
    for (std::uint64_t flips = random.between(1, 4); flips > 0; --flips)
      bytes[random.below(bytes.size())] ^= static_cast<char>(random.between(1, 255));
    if (random.chance(1, 4)) bytes.resize(random.below(bytes.size()));
    const Result<Message> decoded = decode_message(bytes);
    if (!decoded.is_ok()) continue;
    const auto* append = std::get_if<AppendEntries>(&decoded->body);
    if (append == nullptr) continue;
    for (const Entry& entry : append->entries)
      REQUIRE(is_intact(entry));
  }
}

}  // namespace quorate::raft
