#include "broker-stub/kafka/record_batch.h"

#include <limits>

#include "raft/base/check.h"
#include "raft/base/crc32c.h"

namespace quorate::kafka {

namespace {

constexpr std::size_t kLengthAt = 8;
constexpr std::size_t kLeaderEpochAt = 12;
constexpr std::size_t kMagicAt = 16;
constexpr std::size_t kCrcAt = 17;
constexpr std::size_t kAttributesAt = 21;
constexpr std::size_t kLastOffsetDeltaAt = 23;
constexpr std::size_t kBaseTimestampAt = 27;
constexpr std::size_t kMaxTimestampAt = 35;
constexpr std::size_t kProducerIdAt = 43;
constexpr std::size_t kProducerEpochAt = 51;
constexpr std::size_t kBaseSequenceAt = 53;
constexpr std::size_t kRecordCountAt = 57;
constexpr char kMagic = 2;
constexpr std::int16_t kLogAppendTimeBit = 0x08;

template <typename Number>
Number load(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value = value << 8U | static_cast<std::uint8_t>(bytes[at + i]);
  }
  return static_cast<Number>(value);
}

template <typename Number>
void store(std::span<char> bytes, std::size_t at, Number number) {
  auto value = static_cast<std::uint64_t>(number);
  for (std::size_t i = sizeof(Number); i > 0; --i) {
    bytes[at + i - 1] = static_cast<char>(value & 0xffU);
    value >>= 8U;
  }
}

Status corrupt(std::string why) {
  return {Code::kCorruption, std::move(why)};
}

// Whether the numbers of the header can belong together. Offsets of a compacted batch may have
// gaps, so the last delta only bounds the count.
Status check_header(const RecordBatchView& batch) {
  if (batch.base_offset() < 0) return corrupt("a record batch has a negative base offset");
  const std::int32_t delta = batch.last_offset_delta();
  if (delta < 0) return corrupt("a record batch has a negative last offset delta");
  if (batch.base_offset() > std::numeric_limits<std::int64_t>::max() - delta - 1) {
    return corrupt("the offsets of a record batch overflow");
  }
  const std::int32_t count = batch.record_count();
  if (count < 0 || count - 1 > delta) {
    return corrupt("a record batch has a record count that does not fit its offsets");
  }
  if (static_cast<std::uint8_t>(batch.codec()) > static_cast<std::uint8_t>(Codec::kZstd)) {
    return {Code::kUnsupported, "a record batch has an unknown compression codec"};
  }
  return Status::ok();
}

}  // namespace

Result<RecordBatchView> RecordBatchView::parse(std::string_view bytes) {
  if (bytes.size() <= kMagicAt) return corrupt("the bytes end inside a record batch's header");
  // Older formats have their magic at the same place but shorter headers: look at it first.
  if (bytes[kMagicAt] != kMagic) {
    return Status{Code::kUnsupported,
                  "message format " + std::to_string(int{bytes[kMagicAt]}) + " is not 2"};
  }
  if (bytes.size() < kRecordBatchHeaderBytes) {
    return corrupt("the bytes end inside a record batch's header");
  }
  const auto length = load<std::int32_t>(bytes, kLengthAt);
  if (length < static_cast<std::int32_t>(kRecordBatchHeaderBytes - kRecordBatchPrefixBytes)) {
    return corrupt("a record batch is shorter than its header");
  }
  const std::size_t size = kRecordBatchPrefixBytes + static_cast<std::size_t>(length);
  if (size > bytes.size()) return corrupt("the bytes end inside a record batch");
  const RecordBatchView batch(bytes.substr(0, size));
  QUORATE_TRY(check_header(batch));
  return batch;
}

bool RecordBatchView::is_crc_valid() const {
  return crc() == crc32c(bytes_.substr(kAttributesAt));
}

std::int64_t RecordBatchView::base_offset() const {
  return load<std::int64_t>(bytes_, 0);
}
std::int32_t RecordBatchView::leader_epoch() const {
  return load<std::int32_t>(bytes_, kLeaderEpochAt);
}
std::uint32_t RecordBatchView::crc() const {
  return load<std::uint32_t>(bytes_, kCrcAt);
}
std::int16_t RecordBatchView::attributes() const {
  return load<std::int16_t>(bytes_, kAttributesAt);
}
std::int32_t RecordBatchView::last_offset_delta() const {
  return load<std::int32_t>(bytes_, kLastOffsetDeltaAt);
}
std::int64_t RecordBatchView::base_timestamp() const {
  return load<std::int64_t>(bytes_, kBaseTimestampAt);
}
std::int64_t RecordBatchView::max_timestamp() const {
  return load<std::int64_t>(bytes_, kMaxTimestampAt);
}
std::int64_t RecordBatchView::producer_id() const {
  return load<std::int64_t>(bytes_, kProducerIdAt);
}
std::int16_t RecordBatchView::producer_epoch() const {
  return load<std::int16_t>(bytes_, kProducerEpochAt);
}
std::int32_t RecordBatchView::base_sequence() const {
  return load<std::int32_t>(bytes_, kBaseSequenceAt);
}
std::int32_t RecordBatchView::last_sequence() const {
  return base_sequence() < 0 ? base_sequence()
                             : sequence_after(base_sequence(), last_offset_delta());
}
std::int32_t RecordBatchView::record_count() const {
  return load<std::int32_t>(bytes_, kRecordCountAt);
}

std::int32_t sequence_after(std::int32_t sequence, std::int32_t by) {
  QUORATE_CHECK(sequence >= 0 && by >= 0);
  constexpr std::int64_t kSequences = std::int64_t{1} << 31U;
  return static_cast<std::int32_t>((std::int64_t{sequence} + by) % kSequences);
}

std::optional<RecordBatchView> RecordBatchCursor::next() {
  if (!status_.is_ok() || position_ == bytes_.size()) return std::nullopt;
  auto batch = RecordBatchView::parse(bytes_.substr(position_));
  if (!batch.is_ok()) {
    status_ = batch.status();
    return std::nullopt;
  }
  position_ += batch->bytes().size();
  return *batch;
}

RecordCursor::RecordCursor(const RecordBatchView& batch)
    : batch_(batch), records_(batch.records()) {
  QUORATE_CHECK(batch.codec() == Codec::kNone);
}

std::optional<RecordView> RecordCursor::next() {
  if (!status_.is_ok()) return std::nullopt;
  if (done_ == batch_.record_count()) {
    if (records_.remaining() > 0) status_ = corrupt("bytes follow the last record of a batch");
    return std::nullopt;
  }
  const std::int32_t size = records_.varint();
  if (size < 0) records_.fail("a record has a negative length");
  Reader body(records_.raw(static_cast<std::size_t>(size)));
  status_ = records_.status();
  if (!status_.is_ok()) return std::nullopt;
  const RecordView record = read(body);
  status_ = body.status();
  if (!status_.is_ok()) return std::nullopt;
  ++done_;
  return record;
}

RecordView RecordCursor::read(Reader& in) {
  const auto sized = [&in]() -> std::optional<std::string_view> {
    const std::int32_t size = in.varint();
    if (size < 0) return std::nullopt;
    return in.raw(static_cast<std::size_t>(size));
  };
  RecordView record;
  in.int8();  // the record's own attributes: unused by the protocol
  const std::int64_t timestamp_delta = in.varlong();
  record.timestamp =
      batch_.timestamp_type() == TimestampType::kLogAppendTime
          ? batch_.max_timestamp()
          : static_cast<std::int64_t>(static_cast<std::uint64_t>(batch_.base_timestamp()) +
                                      static_cast<std::uint64_t>(timestamp_delta));
  const std::int32_t offset_delta = in.varint();
  if (offset_delta < 0 || offset_delta > batch_.last_offset_delta()) {
    in.fail("a record's offset lies outside its batch");
    return record;  // adding to the base offset could overflow
  }
  record.offset = batch_.base_offset() + offset_delta;
  record.key = sized();
  record.value = sized();
  record.header_count = in.varint();
  if (record.header_count < 0) in.fail("a record has a negative number of headers");
  record.headers = in.rest();
  for (std::int32_t i = 0; i < record.header_count && in.is_ok(); ++i) {
    if (!sized()) in.fail("a record header has no key");
    static_cast<void>(sized());
  }
  if (in.remaining() > 0) in.fail("bytes follow the last header of a record");
  return record;
}

void assign_offsets(std::span<char> batch, std::int64_t base_offset, std::int32_t leader_epoch) {
  QUORATE_CHECK(batch.size() >= kRecordBatchHeaderBytes);
  store(batch, 0, base_offset);
  store(batch, kLeaderEpochAt, leader_epoch);
}

void assign_log_append_time(std::span<char> batch, std::int64_t at_ms) {
  QUORATE_CHECK(batch.size() >= kRecordBatchHeaderBytes);
  const std::string_view bytes(batch.data(), batch.size());
  store(batch,
        kAttributesAt,
        static_cast<std::int16_t>(load<std::int16_t>(bytes, kAttributesAt) | kLogAppendTimeBit));
  store(batch, kMaxTimestampAt, at_ms);
  store(batch, kCrcAt, crc32c(bytes.substr(kAttributesAt)));
}

std::optional<TimestampedOffset> find_timestamp(const RecordBatchView& batch,
                                                std::int64_t timestamp) {
  if (batch.max_timestamp() < timestamp) return std::nullopt;
  const bool is_uniform = batch.timestamp_type() == TimestampType::kLogAppendTime;
  if (!is_uniform && batch.codec() == Codec::kNone) {
    RecordCursor records(batch);
    while (const auto record = records.next()) {
      if (record->timestamp >= timestamp) {
        return TimestampedOffset{.timestamp = record->timestamp, .offset = record->offset};
      }
    }
  }
  const bool is_first = !is_uniform && batch.base_timestamp() >= timestamp;
  return TimestampedOffset{.timestamp = is_first ? batch.base_timestamp() : batch.max_timestamp(),
                           .offset = batch.base_offset()};
}

TimestampedOffset find_max_timestamp(const RecordBatchView& batch) {
  const std::int64_t largest = batch.max_timestamp();
  if (batch.timestamp_type() == TimestampType::kLogAppendTime) {
    return {.timestamp = largest, .offset = batch.base_offset()};
  }
  if (batch.codec() == Codec::kNone) {
    RecordCursor records(batch);
    while (const auto record = records.next()) {
      if (record->timestamp == largest) return {.timestamp = largest, .offset = record->offset};
    }
  }
  return {.timestamp = largest, .offset = batch.last_offset()};
}

}  // namespace quorate::kafka
