// Record batches, version 2: what Produce carries, segments store and Fetch returns.
//
// A RecordBatchView is a window on the bytes of one batch; it copies nothing and owns nothing.
//
//   0 base offset i64 · 8 length i32 (of what follows) · 12 partition leader epoch i32 · 16 magic
//   i8 17 CRC-32C u32 (over everything behind it) · 21 attributes i16 · 23 last offset delta i32 27
//   base timestamp i64 · 35 max timestamp i64 · 43 producer id i64 · 51 producer epoch i16 53 base
//   sequence i32 · 57 record count i32 · 61 records, compressed as attributes say
//
// Base offset and leader epoch lie in front of what the CRC covers: the leader assigns both in
// place. Compressed batches pass through unopened: whatever would need a look inside answers per
// batch, as told at each function.
// Thread: values. Source: kafka.apache.org/documentation, "Record Batch".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "broker-stub/kafka/primitives.h"
#include "raft/base/status.h"

namespace quorate::kafka {

inline constexpr std::size_t kRecordBatchHeaderBytes = 61;
// Base offset and length: enough to know how long the batch is.
inline constexpr std::size_t kRecordBatchPrefixBytes = 12;
inline constexpr std::int64_t kNoProducerId = -1;
inline constexpr std::int64_t kNoTimestamp = -1;

enum class Codec : std::uint8_t { kNone, kGzip, kSnappy, kLz4, kZstd };
enum class TimestampType : std::uint8_t { kCreateTime, kLogAppendTime };

class RecordBatchView {
 public:
  // The batch at the start of `bytes`; more may follow it. Errors: kCorruption when the bytes end
  // inside the batch or its header contradicts itself, kUnsupported for magic other than 2 or an
  // unknown codec. The CRC is not looked at.
  [[nodiscard]] static Result<RecordBatchView> parse(std::string_view bytes);

  // All of the batch, header included.
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::string_view records() const { return bytes_.substr(kRecordBatchHeaderBytes); }
  [[nodiscard]] bool is_crc_valid() const;

  [[nodiscard]] std::int64_t base_offset() const;
  [[nodiscard]] std::int64_t last_offset() const { return base_offset() + last_offset_delta(); }
  [[nodiscard]] std::int64_t next_offset() const { return last_offset() + 1; }
  [[nodiscard]] std::int32_t leader_epoch() const;
  [[nodiscard]] std::uint32_t crc() const;
  [[nodiscard]] Codec codec() const { return static_cast<Codec>(attributes() & 0x7); }
  [[nodiscard]] TimestampType timestamp_type() const {
    return static_cast<TimestampType>(attributes() >> 3 & 1);
  }
  [[nodiscard]] bool is_transactional() const { return (attributes() & 0x10) != 0; }
  [[nodiscard]] bool is_control() const { return (attributes() & 0x20) != 0; }
  // Base timestamp then holds when tombstones may go (compaction only).
  [[nodiscard]] bool has_delete_horizon() const { return (attributes() & 0x40) != 0; }
  [[nodiscard]] std::int16_t attributes() const;
  [[nodiscard]] std::int32_t last_offset_delta() const;
  [[nodiscard]] std::int64_t base_timestamp() const;
  [[nodiscard]] std::int64_t max_timestamp() const;
  [[nodiscard]] std::int64_t producer_id() const;
  [[nodiscard]] std::int16_t producer_epoch() const;
  [[nodiscard]] std::int32_t base_sequence() const;
  // Sequence number of the last record; sequences start again at 0 after the largest int32.
  [[nodiscard]] std::int32_t last_sequence() const;
  // Records in the batch; compaction may have left fewer than last_offset_delta + 1.
  [[nodiscard]] std::int32_t record_count() const;

 private:
  explicit RecordBatchView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes_;
};

// `sequence` moved on by `by` >= 0, starting again at 0 after the largest int32.
[[nodiscard]] std::int32_t sequence_after(std::int32_t sequence, std::int32_t by);

// Walks the batches of a buffer, one behind the other.
class RecordBatchCursor {
 public:
  explicit RecordBatchCursor(std::string_view bytes) : bytes_(bytes) {}

  // The next batch; nothing at the end of the bytes or at something that is no batch.
  [[nodiscard]] std::optional<RecordBatchView> next();
  // Ok at the end of the bytes; otherwise why the walk stopped at position().
  [[nodiscard]] const Status& status() const { return status_; }
  // Where the next batch begins (or would).
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  Status status_;
};

struct RecordView {
  std::int64_t offset = 0;
  std::int64_t timestamp = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::int32_t header_count = 0;
  std::string_view headers;  // encoded
};

// Walks the records of an uncompressed batch. Requires batch.codec() == Codec::kNone.
class RecordCursor {
 public:
  explicit RecordCursor(const RecordBatchView& batch);

  [[nodiscard]] std::optional<RecordView> next();
  // kCorruption when the records are not what the header promises.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  [[nodiscard]] RecordView read(Reader& in);

  RecordBatchView batch_;
  Reader records_;
  std::int32_t done_ = 0;
  Status status_;
};

// Gives the batch its place in the log, in place; its CRC stays valid. Requires a parsed batch.
void assign_offsets(std::span<char> batch, std::int64_t base_offset, std::int32_t leader_epoch);
// Makes `at_ms` the timestamp of every record and renews the CRC. Requires a parsed batch.
void assign_log_append_time(std::span<char> batch, std::int64_t at_ms);

struct TimestampedOffset {
  std::int64_t timestamp = kNoTimestamp;
  std::int64_t offset = -1;

  friend bool operator==(const TimestampedOffset&, const TimestampedOffset&) = default;
};

// The first record whose timestamp is at least `timestamp`; nothing when the batch has none.
//
// A compressed batch is answered with its base offset: a consumer that starts there misses no
// record of that age, and may see some older ones of the same batch. The timestamp told is then
// that of the first record if old enough, else the batch's largest, so that it is never below the
// one asked for.
[[nodiscard]] std::optional<TimestampedOffset> find_timestamp(const RecordBatchView& batch,
                                                              std::int64_t timestamp);
// The first record with the batch's largest timestamp. A compressed batch is answered with its last
// offset: with create time in order that is the record itself.
[[nodiscard]] TimestampedOffset find_max_timestamp(const RecordBatchView& batch);

}  // namespace quorate::kafka
