#include "broker-stub/kafka/record_batch_check.h"

namespace quorate::kafka {

namespace {

ProducedBatch refuse(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message), .batch = std::nullopt};
}

// Header rules for what a client sends (a leader's own batches may be control batches or
// compacted).
std::optional<std::string> broken_rule(const RecordBatchView& batch) {
  if (batch.is_control()) return "clients may not write control batches";
  if (batch.has_delete_horizon()) return "clients may not set a delete horizon";
  if (batch.record_count() < 1) return "the batch has no records";
  if (batch.record_count() - 1 != batch.last_offset_delta()) {  // in an order that cannot overflow
    return "the record count does not match the offsets";
  }
  const bool has_producer = batch.producer_id() != kNoProducerId;
  if (has_producer && (batch.producer_epoch() < 0 || batch.base_sequence() < 0)) {
    return "the batch has a producer id but no epoch or sequence";
  }
  if (batch.is_transactional() && !has_producer) {
    return "the batch is transactional but has no producer id";
  }
  return std::nullopt;
}

ProducedBatch check_records(const RecordBatchView& batch, KeyRule keys) {
  RecordCursor records(batch);
  std::int64_t expected = batch.base_offset();
  while (const auto record = records.next()) {
    if (record->offset != expected++) {
      return refuse(ErrorCode::kInvalidRecord, "the records' offsets do not count up by one");
    }
    if (keys == KeyRule::kRequired && !record->key) {
      return refuse(ErrorCode::kInvalidRecord, "a record of a compacted topic has no key");
    }
  }
  if (!records.status().is_ok()) {
    return refuse(ErrorCode::kCorruptMessage, records.status().message());
  }
  return {.batch = batch};
}

}  // namespace

ProducedBatch check_produced(const std::optional<Slice>& records, const ProduceRules& rules) {
  if (!records || records->bytes.empty()) {
    return refuse(ErrorCode::kInvalidRecord, "there is no record batch");
  }
  const auto parsed = RecordBatchView::parse(records->bytes);
  if (!parsed.is_ok()) {
    const bool is_old_format = parsed.status().code() == Code::kUnsupported;
    return refuse(is_old_format ? ErrorCode::kInvalidRecord : ErrorCode::kCorruptMessage,
                  parsed.status().message());
  }
  const RecordBatchView& batch = *parsed;
  if (batch.bytes().size() != records->bytes.size()) {
    return refuse(ErrorCode::kInvalidRecord, "there is more than one record batch");
  }
  if (batch.codec() == Codec::kZstd && rules.version < kProduceVersionForZstd) {
    return refuse(ErrorCode::kUnsupportedCompressionType, "zstd needs Produce version 7");
  }
  if (batch.bytes().size() > rules.batch_bytes_max) {
    return refuse(ErrorCode::kMessageTooLarge,
                  "the batch has " + std::to_string(batch.bytes().size()) +
                      " bytes and the limit is " + std::to_string(rules.batch_bytes_max));
  }
  if (!batch.is_crc_valid()) {
    return refuse(ErrorCode::kCorruptMessage, "the batch's CRC-32C does not match its bytes");
  }
  if (batch.timestamp_type() == TimestampType::kLogAppendTime) {
    return refuse(ErrorCode::kInvalidTimestamp, "clients may not set the log append time");
  }
  if (const auto broken = broken_rule(batch)) return refuse(ErrorCode::kInvalidRecord, *broken);
  if (batch.codec() != Codec::kNone) return {.batch = batch};
  return check_records(batch, rules.keys);
}

ErrorCode check_fetched(std::string_view batches, std::int16_t version) {
  if (version >= kFetchVersionForZstd) return ErrorCode::kNone;
  RecordBatchCursor cursor(batches);
  while (const auto batch = cursor.next()) {
    if (batch->codec() == Codec::kZstd) return ErrorCode::kUnsupportedCompressionType;
  }
  return ErrorCode::kNone;
}

}  // namespace quorate::kafka
