// What a client may send and receive: the rules for record batches that the wire demands of a
// broker.
//
// The answers are those of Kafka: the caller puts code and message into the response as they are.
// Sequence numbers, epochs and quotas are the log's business, not ours.
// Thread: any; pure.
// Source: apache/kafka ProduceRequest (validateRecords) and LogValidator, read for their rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/kafka/record_batch.h"

namespace quorate::kafka {

inline constexpr std::int16_t kProduceVersionForZstd = 7;
inline constexpr std::int16_t kFetchVersionForZstd = 10;

// A keyless record on a compacted topic could never be compacted.
enum class KeyRule : std::uint8_t { kOptional, kRequired };

struct ProduceRules {
  std::int16_t version = 0;         // of the request
  std::size_t batch_bytes_max = 0;  // the topic's max.message.bytes
  KeyRule keys = KeyRule::kOptional;
};

struct ProducedBatch {
  ErrorCode error = ErrorCode::kNone;
  std::string message;                   // empty without an error
  std::optional<RecordBatchView> batch;  // present without an error
};

// Looks at the records of one partition of a Produce request. Errors: kInvalidRecord (not exactly
// one batch of format 2, a control batch, a producer id without a sequence, offsets that do not
// count up by one, a missing key), kInvalidTimestamp (log append time), kMessageTooLarge,
// kUnsupportedCompressionType, kCorruptMessage (CRC or structure). Records of a compressed batch
// are not looked at.
[[nodiscard]] ProducedBatch check_produced(const std::optional<Slice>& records,
                                           const ProduceRules& rules);

// kUnsupportedCompressionType when a batch among `batches` may not be returned to a Fetch of this
// version, else kNone.
[[nodiscard]] ErrorCode check_fetched(std::string_view batches, std::int16_t version);

}  // namespace quorate::kafka
