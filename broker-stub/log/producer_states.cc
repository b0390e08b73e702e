#include "broker-stub/log/producer_states.h"

#include <algorithm>
#include <limits>

#include "broker-stub/kafka/primitives.h"
#include "raft/base/check.h"
#include "raft/base/crc32c.h"

namespace quorate::broker {
namespace {

constexpr std::int16_t kStatesVersion = 1;
constexpr std::int64_t kSequences = std::int64_t{1} << 31;

void write(kafka::Writer& out, const ProducerBatch& batch) {
  out.int32(batch.first_sequence);
  out.int32(batch.records);
  out.int64(batch.first_offset);
  out.int64(batch.timestamp_ms);
}

ProducerBatch read(kafka::Reader& in, std::int64_t producer_id, std::int16_t producer_epoch) {
  ProducerBatch batch{.producer_id = producer_id, .producer_epoch = producer_epoch};
  batch.first_sequence = in.int32();
  batch.records = in.int32();
  batch.first_offset = in.int64();
  batch.timestamp_ms = in.int64();
  if (batch.first_sequence < 0 || batch.records <= 0 || batch.first_offset < 0) {
    in.fail("a batch that no producer can have written");
  }
  return batch;
}

}  // namespace

ProducerBatch producer_batch_of(const kafka::RecordBatchView& batch) {
  return {.producer_id = batch.producer_id(),
          .producer_epoch = batch.producer_epoch(),
          .first_sequence = batch.base_sequence(),
          .records = batch.record_count(),
          .first_offset = batch.base_offset(),
          .timestamp_ms = batch.max_timestamp()};
}

std::int32_t ProducerBatch::last_sequence() const {
  return kafka::sequence_after(first_sequence, records - 1);
}

Result<ProducerStates> ProducerStates::from_bytes(std::string_view bytes) {
  constexpr std::size_t kPrefixBytes = 6;
  kafka::Reader in(bytes);
  const std::int16_t version = in.int16();
  const auto crc = static_cast<std::uint32_t>(in.int32());
  if (!in.is_ok() || version != kStatesVersion || crc != crc32c(bytes.substr(kPrefixBytes))) {
    return {Code::kCorruption, "producer snapshot: unknown version or wrong checksum"};
  }
  ProducerStates states;
  const std::size_t count = in.array_length(kafka::Form::kPlain);
  for (std::size_t i = 0; i < count && in.is_ok(); ++i) {
    const std::int64_t id = in.int64();
    Producer producer{.epoch = in.int16(), .batches = {}};
    const std::size_t batches = in.array_length(kafka::Form::kPlain);
    if (batches == 0 || batches > kBatchesKept) in.fail("impossible number of batches");
    for (std::size_t k = 0; k < batches && in.is_ok(); ++k) {
      producer.batches.push_back(read(in, id, producer.epoch));
    }
    states.producers_.emplace(id, std::move(producer));
  }
  if (!in.is_ok() || in.remaining() != 0) {
    return {Code::kCorruption, "producer snapshot: malformed"};
  }
  return states;
}

std::string ProducerStates::to_bytes() const {
  kafka::Writer body;
  body.array_length(kafka::Form::kPlain, producers_.size());
  for (const auto& [id, producer] : producers_) {
    body.int64(id);
    body.int16(producer.epoch);
    body.array_length(kafka::Form::kPlain, producer.batches.size());
    for (const ProducerBatch& batch : producer.batches)
      write(body, batch);
  }
  const std::string content = body.take_string();
  kafka::Writer out;
  out.int16(kStatesVersion);
  out.int32(static_cast<std::int32_t>(crc32c(content)));
  out.raw(content);
  return out.take_string();
}

SequenceCheck ProducerStates::check(const ProducerBatch& batch) const {
  const auto first_or_gap = [&]() -> SequenceCheck {
    return {batch.first_sequence == 0 ? SequenceVerdict::kNext : SequenceVerdict::kOutOfOrder, {}};
  };
  if (batch.producer_id < 0) return {};
  const auto found = producers_.find(batch.producer_id);
  if (found == producers_.end()) return first_or_gap();
  const Producer& producer = found->second;
  if (batch.producer_epoch < producer.epoch) return {SequenceVerdict::kStaleEpoch, {}};
  if (batch.producer_epoch > producer.epoch) return first_or_gap();

  for (const ProducerBatch& known : producer.batches) {
    if (known.first_sequence == batch.first_sequence && known.records == batch.records) {
      return {SequenceVerdict::kDuplicate, known};
    }
  }
  const std::int32_t last = producer.batches.back().last_sequence();
  if (batch.first_sequence == kafka::sequence_after(last, 1)) return {};
  // Behind what is remembered, seen on the circle of sequences: it was appended long ago.
  const std::int64_t behind =
      (std::int64_t{last} - batch.last_sequence() + kSequences) % kSequences;
  const bool before_window =
      behind < kSequences / 2 && batch.first_sequence < producer.batches.front().first_sequence;
  return {before_window ? SequenceVerdict::kOldDuplicate : SequenceVerdict::kOutOfOrder, {}};
}

void ProducerStates::on_appended(const ProducerBatch& batch) {
  if (batch.producer_id < 0) return;
  QUORATE_CHECK(batch.first_offset >= 0 && batch.records > 0);
  if (producers_.size() >= kProducersMax && !producers_.contains(batch.producer_id)) {
    forget_oldest();
  }
  Producer& producer = producers_[batch.producer_id];
  if (batch.producer_epoch != producer.epoch) producer.batches.clear();
  producer.epoch = batch.producer_epoch;
  producer.batches.push_back(batch);
  if (producer.batches.size() > kBatchesKept) producer.batches.erase(producer.batches.begin());
}

void ProducerStates::forget_oldest() {
  const auto oldest = std::min_element(
      producers_.begin(), producers_.end(), [](const auto& left, const auto& right) {
        return left.second.batches.back().first_offset < right.second.batches.back().first_offset;
      });
  producers_.erase(oldest);
}

}  // namespace quorate::broker
