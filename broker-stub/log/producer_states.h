// ProducerStates: what a partition remembers of each idempotent producer, so that a repeated batch
// is recognised and answered with its first offset (B12).
//
// A producer's batches carry (producer id, epoch, first sequence). Kept per producer: its epoch and
// its last kBatchesKept batches. The state is a function of the log alone: a snapshot plus a replay
// of what follows equals a replay from the start (B13).
//
// A producer of which nothing is known must begin at sequence 0: this log forgets nothing by
// itself, so anything else is a gap. (Kafka accepts any first sequence here, because its retention
// may have removed the state; a batch that overtakes a refused one then opens a gap.)
//
// Owner: PartitionLog. Thread: its owner's. Pure: bytes in, bytes out.
// Source: Kafka KIP-98, KIP-360.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker-stub/kafka/record_batch.h"
#include "raft/base/status.h"

namespace quorate::broker {

// What one batch of a producer put where. Sequences wrap from 2^31-1 to 0.
struct ProducerBatch {
  std::int64_t producer_id = -1;  // -1: no idempotence
  std::int16_t producer_epoch = -1;
  std::int32_t first_sequence = -1;
  std::int32_t records = 0;
  std::int64_t first_offset = -1;  // -1 while it is not yet appended
  std::int64_t timestamp_ms = -1;  // largest of the batch

  [[nodiscard]] std::int32_t last_sequence() const;
  [[nodiscard]] std::int64_t last_offset() const { return first_offset + records - 1; }
  friend bool operator==(const ProducerBatch&, const ProducerBatch&) = default;
};

[[nodiscard]] ProducerBatch producer_batch_of(const kafka::RecordBatchView& batch);

enum class SequenceVerdict : std::uint8_t {
  kNext,          // append it
  kDuplicate,     // it is in the log: answer `original`
  kOldDuplicate,  // it is in the log, but its offset is no longer remembered
  kOutOfOrder,    // a gap before it
  kStaleEpoch,    // a newer epoch of the producer has written
};

struct SequenceCheck {
  SequenceVerdict verdict = SequenceVerdict::kNext;
  ProducerBatch original;  // with kDuplicate
};

class ProducerStates {
 public:
  static constexpr std::size_t kBatchesKept = 5;
  // When one more would be known, the one that wrote longest ago (by offset) is forgotten.
  static constexpr std::size_t kProducersMax = 100'000;

  // Reads what to_bytes() wrote; kCorruption for anything else.
  static Result<ProducerStates> from_bytes(std::string_view bytes);
  [[nodiscard]] std::string to_bytes() const;

  [[nodiscard]] std::size_t size() const { return producers_.size(); }

  // What to do with a batch that has not been appended.
  [[nodiscard]] SequenceCheck check(const ProducerBatch& batch) const;
  // The batch is in the log. Ignores batches without a producer id.
  void on_appended(const ProducerBatch& batch);

  friend bool operator==(const ProducerStates&, const ProducerStates&) = default;

 private:
  struct Producer {
    std::int16_t epoch = -1;
    std::vector<ProducerBatch> batches;  // oldest first, at most kBatchesKept, never empty
    friend bool operator==(const Producer&, const Producer&) = default;
  };

  void forget_oldest();

  std::map<std::int64_t, Producer> producers_;
};

}  // namespace quorate::broker
