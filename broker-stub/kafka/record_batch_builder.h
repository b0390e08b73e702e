// RecordBatchBuilder: makes one record batch from records. For control batches and for tests.
//
// Owner: whoever builds. Thread: that one's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker-stub/kafka/record_batch.h"

namespace quorate::kafka {

struct BatchOptions {
  std::int64_t base_offset = 0;
  std::int32_t leader_epoch = -1;
  // Compression is not done here: with a codec the records are written as `payload` says.
  Codec codec = Codec::kNone;
  std::string_view payload;
  std::int16_t more_attributes = 0;  // e.g. 0x20 for a control batch
  std::int64_t producer_id = kNoProducerId;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
};

struct NewRecord {
  std::int64_t timestamp = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
};

class RecordBatchBuilder {
 public:
  explicit RecordBatchBuilder(BatchOptions options = {}) : options_(options) {}

  RecordBatchBuilder& add(const NewRecord& record);
  // The finished batch with its CRC. The first record's timestamp is the base timestamp.
  [[nodiscard]] std::string build() const;

 private:
  BatchOptions options_;
  std::string records_;
  std::int32_t count_ = 0;
  std::int64_t base_timestamp_ = kNoTimestamp;
  std::int64_t max_timestamp_ = kNoTimestamp;
};

}  // namespace quorate::kafka
