#include "broker-stub/log/partition_log.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

LogAppend refuse(ErrorCode error, std::string message) {
  return {.error = error, .message = std::move(message)};
}

LogAppend refuse_sequence(const ProducerBatch& batch, SequenceVerdict verdict) {
  const std::string who = "producer " + std::to_string(batch.producer_id) + " epoch " +
                          std::to_string(batch.producer_epoch) + " sequence " +
                          std::to_string(batch.first_sequence);
  switch (verdict) {
    case SequenceVerdict::kStaleEpoch:
      return refuse(ErrorCode::kInvalidProducerEpoch, who + ": a newer epoch has written");
    case SequenceVerdict::kOldDuplicate:
      return refuse(ErrorCode::kDuplicateSequenceNumber, who + " was appended long ago");
    case SequenceVerdict::kOutOfOrder:
    case SequenceVerdict::kNext:
    case SequenceVerdict::kDuplicate: break;
  }
  return refuse(ErrorCode::kOutOfOrderSequenceNumber, who + " does not follow the last one");
}

// Whether every batch of `batches` is good and continues a log that ends at (`next_offset`,
// `epoch`). What a leader sends is checked like what a producer sends (B21).
Status check_continuation(std::string_view batches, std::int64_t next_offset, std::int32_t epoch) {
  kafka::RecordBatchCursor cursor(batches);
  while (const auto batch = cursor.next()) {
    if (!batch->is_crc_valid()) return {Code::kCorruption, "a batch does not match its CRC"};
    if (batch->base_offset() != next_offset) {
      return {Code::kCorruption,
              "a batch begins at offset " + std::to_string(batch->base_offset()) + ", not " +
                  std::to_string(next_offset)};
    }
    if (batch->leader_epoch() < epoch) return {Code::kCorruption, "leader epochs go back"};
    next_offset = batch->next_offset();
    epoch = batch->leader_epoch();
  }
  return cursor.status();
}

}  // namespace

PartitionLog::PartitionLog(std::filesystem::path directory, PartitionLogOptions options)
    : directory_(std::move(directory)), options_(options) {}

std::uint64_t PartitionLog::size_bytes() const {
  std::uint64_t size = 0;
  for (const Segment& segment : segments_)
    size += segment.size_bytes();
  return size;
}

Status PartitionLog::begin_epoch(std::int32_t epoch) {
  QUORATE_TRY(failure_);
  if (epochs_.assign(epoch, end_offset()) == EpochChange::kNone) return {};
  if (const Status status = save_epochs(Durability::kCached); !status.is_ok()) return fail(status);
  return {};
}

LogAppend PartitionLog::append_as_leader(const kafka::RecordBatchView& batch,
                                         std::int32_t leader_epoch) {
  if (!failure_.is_ok()) return refuse(ErrorCode::kKafkaStorageError, failure_.message());
  if (!batch.is_crc_valid()) {
    return refuse(ErrorCode::kCorruptMessage, "the batch does not match its CRC");
  }
  if (batch.record_count() != batch.last_offset_delta() + 1) {
    return refuse(ErrorCode::kInvalidRecord, "the offsets of the batch are not dense");
  }
  const ProducerBatch sent = producer_batch_of(batch);
  const SequenceCheck check = producers_.check(sent);
  if (check.verdict == SequenceVerdict::kDuplicate) {
    return {.first_offset = check.original.first_offset,
            .end_offset = check.original.last_offset() + 1,
            .duplicate = true};
  }
  if (check.verdict != SequenceVerdict::kNext) return refuse_sequence(sent, check.verdict);
  std::string placed(batch.bytes());
  kafka::assign_offsets(placed, end_offset(), leader_epoch);
  const auto stored = kafka::RecordBatchView::parse(placed);
  QUORATE_CHECK(stored.is_ok());
  return write(*stored);
}

LogAppend PartitionLog::append_as_follower(std::string_view batches) {
  if (!failure_.is_ok()) return refuse(ErrorCode::kKafkaStorageError, failure_.message());
  const Status good = check_continuation(batches, end_offset(), epochs_.latest().value_or(0));
  if (!good.is_ok()) return refuse(ErrorCode::kCorruptMessage, good.message());
  LogAppend done{.first_offset = end_offset(), .end_offset = end_offset()};
  // Batch by batch: each may begin a leader epoch or a segment.
  kafka::RecordBatchCursor cursor(batches);
  while (const auto batch = cursor.next()) {
    const LogAppend one = write(*batch);
    done.end_offset = end_offset();
    if (one.error == ErrorCode::kNone) continue;
    done.error = one.error;
    done.message = one.message;
    break;
  }
  return done;
}

LogAppend PartitionLog::write(const kafka::RecordBatchView& batch) {
  QUORATE_CHECK(batch.base_offset() == end_offset());
  const auto store = [&]() -> Status {
    const Segment& last = segments_.back();
    const bool full = last.size_bytes() > 0 &&
                      (last.size_bytes() + batch.bytes().size() > options_.segment_bytes ||
                       batch.last_offset() - last.base_offset() > INT32_MAX);
    if (full) QUORATE_TRY(roll());
    QUORATE_TRY(begin_epoch(batch.leader_epoch()));
    QUORATE_TRY(segments_.back().append(batch.bytes()));
    records_since_sync_ += static_cast<std::uint64_t>(batch.record_count());
    if (records_since_sync_ >= options_.flush_interval_messages) QUORATE_TRY(flush());
    return {};
  };
  if (const Status status = store(); !status.is_ok()) {
    return refuse(ErrorCode::kKafkaStorageError, fail(status).message());
  }
  producers_.on_appended(producer_batch_of(batch));
  return {.first_offset = batch.base_offset(), .end_offset = end_offset()};
}

Status PartitionLog::fail(Status why) {
  if (failure_.is_ok()) failure_ = std::move(why);
  return failure_;
}

Segment& PartitionLog::segment_of(std::int64_t offset) {
  const auto after = std::upper_bound(
      segments_.begin(), segments_.end(), offset, [](std::int64_t wanted, const Segment& segment) {
        return wanted < segment.base_offset();
      });
  return after == segments_.begin() ? segments_.front() : *std::prev(after);
}

Result<std::string> PartitionLog::read(std::int64_t offset,
                                       std::int64_t end_offset,
                                       std::size_t bytes_max) {
  QUORATE_TRY(failure_);
  QUORATE_CHECK(offset >= start_offset() && offset <= this->end_offset());
  if (offset >= end_offset) return std::string();
  auto bytes = segment_of(offset).read(offset, end_offset, bytes_max);
  if (!bytes.is_ok()) return fail(bytes.status());
  return bytes;
}

Result<TimestampOffset> PartitionLog::offset_at(std::int64_t timestamp_ms) {
  QUORATE_TRY(failure_);
  for (const Segment& segment : segments_) {
    if (segment.max_timestamp_ms() < timestamp_ms) continue;
    const auto bytes = segment.first_at(timestamp_ms);
    if (!bytes.is_ok()) return fail(bytes.status());
    const auto batch = kafka::RecordBatchView::parse(*bytes);
    if (!batch.is_ok()) return fail(batch.status());
    const auto found = kafka::find_timestamp(*batch, timestamp_ms);
    if (found) return TimestampOffset{found->offset, found->timestamp, batch->leader_epoch()};
  }
  return TimestampOffset{};
}

Result<TimestampOffset> PartitionLog::offset_of_max_timestamp() {
  QUORATE_TRY(failure_);
  std::int64_t largest = -1;
  for (const Segment& segment : segments_)
    largest = std::max(largest, segment.max_timestamp_ms());
  for (const Segment& segment : segments_) {
    if (largest < 0 || segment.max_timestamp_ms() < largest) continue;
    const auto bytes = segment.first_at(largest);
    if (!bytes.is_ok()) return fail(bytes.status());
    const auto batch = kafka::RecordBatchView::parse(*bytes);
    if (!batch.is_ok()) return fail(batch.status());
    const kafka::TimestampedOffset found = kafka::find_max_timestamp(*batch);
    return TimestampOffset{found.offset, found.timestamp, batch->leader_epoch()};
  }
  return TimestampOffset{};
}

}  // namespace quorate::broker
