// Any bytes that a producer or a leader may send as record batches are checked without harm. Where
// the first byte is even, length, magic and checksum are put right, so that the records behind
// them are reached.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "broker-stub/kafka/record_batch_check.h"
#include "raft/base/crc32c.h"
#include "tests/fuzz/byte_source.h"

namespace {

constexpr std::size_t kHeaderBytes = 61;
constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kMagicAt = 16;
constexpr std::size_t kChecksumAt = 17;
constexpr std::size_t kChecksummedFrom = 21;
constexpr std::array<std::int16_t, 3> kProduceVersions{3, 7, 9};

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    bytes[at + i] = static_cast<char>(static_cast<unsigned char>(value >> (24 - 8 * i)));
}

void put_header_right(std::string& bytes) {
  if (bytes.size() < kHeaderBytes) return;
  put_u32(bytes, kLengthAt, static_cast<std::uint32_t>(bytes.size() - kLengthAt - 4));
  bytes[kMagicAt] = 2;
  const std::string_view body = std::string_view(bytes).substr(kChecksummedFrom);
  put_u32(bytes, kChecksumAt, quorate::crc32c(body));
}

// What a log does with the batches that it is given.
void walk(std::string_view bytes) {
  using namespace quorate::kafka;  // NOLINT(google-build-using-namespace)
  RecordBatchCursor batches(bytes);
  while (const auto batch = batches.next()) {
    QUORATE_CHECK(batch->next_offset() > batch->base_offset());
    static_cast<void>(batch->last_sequence());
    static_cast<void>(find_timestamp(*batch, batch->base_timestamp()));
    static_cast<void>(find_max_timestamp(*batch));
    if (batch->codec() != Codec::kNone) continue;
    RecordCursor records(*batch);
    while (const auto record = records.next())
      QUORATE_CHECK(record->offset >= batch->base_offset() &&
                    record->offset <= batch->last_offset());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quorate::fuzz::ByteSource in(data, size);
  const bool is_repaired = in.byte() % 2 == 0;
  std::string bytes(in.rest());
  if (is_repaired) put_header_right(bytes);
  walk(bytes);
  static_cast<void>(quorate::kafka::check_fetched(bytes, 9));
  for (const std::int16_t version : kProduceVersions) {
    static_cast<void>(quorate::kafka::check_produced(
        quorate::kafka::Slice{bytes, {}}, {.version = version, .batch_bytes_max = 1U << 20U}));
  }
  return 0;
}
