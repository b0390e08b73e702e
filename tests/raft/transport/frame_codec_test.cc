#include "raft/transport/frame_codec.h"

#include <functional>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/raft/transport/sample_messages.h"

namespace quorate::raft {

namespace {

const Handshake kStream{kProtocolVersion, kCluster, replica(1), NodeId{2}};

std::shared_ptr<v1::Frame> frame_of(const Message& message) {
  auto frame = std::make_shared<v1::Frame>();
  append_message(message, *frame);
  return frame;
}

// What decoding gives after `spoil` was let loose on an encoded `message`.
Status spoiled(const Message& message, const std::function<void(v1::Message&)>& spoil) {
  const std::shared_ptr<v1::Frame> frame = frame_of(message);
  spoil(*frame->mutable_messages(0));
  return decode_message(frame->messages(0), kStream, frame).status();
}

Status spoiled_append(const std::function<void(v1::AppendEntries&)>& spoil) {
  return spoiled(message_of(1, 2, sample_append(20)),
                 [&](v1::Message& message) { spoil(*message.mutable_append_entries()); });
}

bool is_refused(const Status& status, const std::string& reason) {
  INFO(to_string(status));
  CHECK(status.message().find(reason) != std::string::npos);
  return status.code() == Code::kCorruption;
}

}  // namespace

TEST_CASE("every kind of message survives the wire", "[raft][transport][frame_codec]") {
  for (const MessageBody& body : sample_bodies()) {
    const Message message = message_of(1, 2, body);
    const std::string bytes = frame_of(message)->SerializeAsString();
    const auto frame = std::make_shared<v1::Frame>();
    REQUIRE(frame->ParseFromString(bytes));
    const Result<Message> decoded = decode_message(frame->messages(0), kStream, frame);
    INFO(type_name(body) << " " << to_string(decoded.status()));
    REQUIRE(decoded.is_ok());
    CHECK((*decoded == message));
  }
}

TEST_CASE("a decoded payload lies in its frame and keeps it alive",
          "[raft][transport][frame_codec]") {
  std::shared_ptr<v1::Frame> frame = frame_of(message_of(1, 2, sample_append(64)));
  const std::string& sent = frame->messages(0).append_entries().entries(1).data();
  const Message decoded = *decode_message(frame->messages(0), kStream, frame);
  const Entry entry = std::get<AppendEntries>(decoded.body).entries[1];
  CHECK(entry.data.view().data() == sent.data());
  frame.reset();
  CHECK(is_intact(entry));
}

TEST_CASE("a malformed append is refused with its reason",
          "[raft][transport][frame_codec][X03][D4]") {
  using Append = v1::AppendEntries;
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_entries(1)->set_data("other"); }),
                   "entry 9 has a wrong checksum"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_prev_log()->set_index(8); }),
                   "entry 9 has a wrong checksum"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_entries(1)->set_term(10); }),
                   "above the message's"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_entries(0)->set_term(7); }),
                   "lower term than its neighbour"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_prev_log()->set_term(10); }),
                   "prev_log has a term above"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_entries(0)->set_kind(3); }),
                   "entry kind 3 is not known"));
  CHECK(is_refused(spoiled_append([](Append& in) { in.mutable_prev_log()->set_index(~0ULL - 1); }),
                   "indexes are out of range"));
}

TEST_CASE("numbers and enums out of range are refused", "[raft][transport][frame_codec][X03]") {
  const Message vote = message_of(1, 2, sample_bodies().front());
  CHECK(is_refused(spoiled(vote, [](v1::Message& in) { in.set_term(~0ULL); }), "term is out of"));
  CHECK(is_refused(
      spoiled(vote, [](v1::Message& in) { in.mutable_request_vote()->set_campaign_term(~0ULL); }),
      "campaign's term is out of range"));
  CHECK(is_refused(spoiled(vote, [](v1::Message& in) { in.mutable_request_vote()->set_kind(2); }),
                   "vote kind 2"));
  CHECK(is_refused(spoiled(vote, [](v1::Message& in) { in.clear_body(); }), "without a body"));
}

TEST_CASE("a chunk outside of its snapshot is refused",
          "[raft][transport][frame_codec][X03][X11]") {
  const Message install = message_of(1, 2, sample_install());
  const auto spoil = [&](const std::function<void(v1::InstallSnapshot&)>& change) {
    return spoiled(install, [&](v1::Message& in) { change(*in.mutable_install_snapshot()); });
  };
  CHECK(is_refused(spoil([](auto& in) { in.set_offset(6); }), "outside of its snapshot"));
  CHECK(is_refused(spoil([](auto& in) { in.set_offset(~0ULL); }), "outside of its snapshot"));
  CHECK(is_refused(spoil([](auto& in) { in.set_chunk("Chunk"); }), "wrong checksum"));
  CHECK(is_refused(spoil([](auto& in) { in.mutable_meta()->set_membership("?"); }), "snapshot"));
}

TEST_CASE("random damage never gets past the decoder unnoticed",
          "[raft][transport][frame_codec][X02]") {
  Random random(7);
  const Message message = message_of(1, 2, sample_append(200));
  const std::string whole = frame_of(message)->SerializeAsString();
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    const std::uint64_t flips = random.between(1, 4);
    for (std::uint64_t i = 0; i < flips; ++i) {
      bytes[random.below(bytes.size())] ^= static_cast<char>(random.between(1, 255));
    }
    if (random.chance(1, 4)) bytes.resize(random.below(bytes.size()));
    const auto frame = std::make_shared<v1::Frame>();
    if (!frame->ParseFromString(bytes)) continue;
    for (const v1::Message& sent : frame->messages()) {
      const Result<Message> decoded = decode_message(sent, kStream, frame);
      if (!decoded.is_ok()) continue;
      const auto* append = std::get_if<AppendEntries>(&decoded->body);
      if (append == nullptr) continue;
      for (const Entry& entry : append->entries)
        REQUIRE(is_intact(entry));
    }
  }
}

TEST_CASE("a hello survives the wire and lacks nothing", "[raft][transport][frame_codec]") {
  CHECK(*decode_hello(encode_hello(kStream)) == kStream);
  v1::Hello hello = encode_hello(kStream);
  hello.clear_cluster();
  CHECK(decode_hello(hello).status().code() == Code::kCorruption);
}

}  // namespace quorate::raft
