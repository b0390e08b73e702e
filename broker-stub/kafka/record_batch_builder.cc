#include "broker-stub/kafka/record_batch_builder.h"

#include <algorithm>

#include "raft/base/crc32c.h"

namespace quorate::kafka {

namespace {

void write_sized(Writer& out, std::optional<std::string_view> bytes) {
  if (!bytes) return out.varint(-1);
  out.varint(static_cast<std::int32_t>(bytes->size()));
  out.raw(*bytes);
}

}  // namespace

RecordBatchBuilder& RecordBatchBuilder::add(const NewRecord& record) {
  if (count_ == 0) base_timestamp_ = record.timestamp;
  max_timestamp_ = std::max(max_timestamp_, record.timestamp);
  Writer body;
  body.int8(0);
  body.varlong(record.timestamp - base_timestamp_);
  body.varint(count_++);
  write_sized(body, record.key);
  write_sized(body, record.value);
  body.varint(static_cast<std::int32_t>(record.headers.size()));
  for (const auto& [key, value] : record.headers) {
    write_sized(body, key);
    write_sized(body, value);
  }
  Writer sized;
  write_sized(sized, body.take_string());
  records_ += sized.take_string();
  return *this;
}

std::string RecordBatchBuilder::build() const {
  Writer covered;  // by the CRC
  covered.int16(static_cast<std::int16_t>(static_cast<std::int16_t>(options_.codec) |
                                          options_.more_attributes));
  covered.int32(count_ - 1);
  covered.int64(base_timestamp_);
  covered.int64(max_timestamp_);
  covered.int64(options_.producer_id);
  covered.int16(options_.producer_epoch);
  covered.int32(options_.base_sequence);
  covered.int32(count_);
  covered.raw(options_.codec == Codec::kNone ? std::string_view(records_) : options_.payload);
  const std::string rest = covered.take_string();

  constexpr std::size_t kEpochMagicCrcBytes = 9;
  Writer batch;
  batch.int64(options_.base_offset);
  batch.int32(static_cast<std::int32_t>(kEpochMagicCrcBytes + rest.size()));
  batch.int32(options_.leader_epoch);
  batch.int8(2);
  batch.int32(static_cast<std::int32_t>(crc32c(rest)));
  batch.raw(rest);
  return batch.take_string();
}

}  // namespace quorate::kafka
