// Any bytes that parse as a frame of a peer hold messages and beats, each accepted or refused; what
// is accepted is sent and received as it was received. Where the first byte is even, checksums are
// put right, so that what lies behind them is reached.
#include <cstddef>
#include <cstdint>
#include <memory>

#include "raft/base/crc32c.h"
#include "raft/transport/frame_codec.h"
#include "raft/transport/message_codec.h"
#include "tests/fuzz/byte_source.h"

namespace {

using namespace quorate::raft;  // NOLINT(google-build-using-namespace)

const Handshake kStream{kProtocolVersion, {1, 2}, {NodeId{3}, {4, 5}}, NodeId{6}};

void put_checksums_right(v1::Frame& frame) {
  for (v1::Message& message : *frame.mutable_messages()) {
    if (message.has_append_entries()) {
      Index index{message.append_entries().prev_log().index()};
      for (v1::Entry& entry : *message.mutable_append_entries()->mutable_entries()) {
        index = index.next();
        const auto kind = static_cast<EntryKind>(entry.kind());
        entry.set_checksum(entry_checksum({Term{entry.term()}, index}, kind, entry.data()));
      }
    } else if (message.has_install_snapshot()) {
      v1::InstallSnapshot& install = *message.mutable_install_snapshot();
      install.set_chunk_checksum(quorate::crc32c(install.chunk()));
    }
  }
}

void round_trip(const Message& message) {
  const auto frame = std::make_shared<v1::Frame>();
  append_message(message, *frame);
  QUORATE_CHECK(frame->messages_size() == 1);
  const auto again = decode_message(frame->messages(0), kStream, frame);
  QUORATE_CHECK(again.is_ok() && *again == message);
  static_cast<void>(message_bytes(message));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quorate::fuzz::ByteSource in(data, size);
  const bool is_repaired = in.byte() % 2 == 0;
  const std::string_view bytes = in.rest();
  const auto frame = std::make_shared<v1::Frame>();
  if (!frame->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return 0;
  if (is_repaired) put_checksums_right(*frame);
  if (frame->has_hello()) {
    const auto hello = decode_hello(frame->hello());
    if (hello.is_ok()) {
      const auto again = decode_hello(encode_hello(*hello));
      QUORATE_CHECK(again.is_ok() && *again == *hello);
    }
  }
  for (const v1::Message& sent : frame->messages()) {
    const auto message = decode_message(sent, kStream, frame);
    if (message.is_ok()) round_trip(*message);
  }
  for (const v1::NodeBeat& sent : frame->beats()) {
    const auto beat = decode_beat(sent, kStream);
    if (!beat.is_ok()) continue;
    v1::Frame again;
    append_beat(*beat, again);
    const auto decoded = decode_beat(again.beats(0), kStream);
    QUORATE_CHECK(decoded.is_ok() && *decoded == *beat);
  }
  const auto alone = decode_message(bytes);
  if (alone.is_ok()) {
    const auto again = decode_message(encode_message(*alone));
    QUORATE_CHECK(again.is_ok() && *again == *alone);
  }
  return 0;
}
