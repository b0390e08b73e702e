// LeaderEpochs: at which offset each leader epoch of a partition log begins.
//
// Invariants (B11): epochs and their start offsets both strictly increase, except that the last
// epoch may begin where the log ends (a leader that has written nothing yet).
//
// Owner: PartitionLog. Thread: its owner's. Pure: text in, text out.
// Source: Kafka KIP-101 and KIP-279 (truncation by leader epoch instead of high watermark).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::broker {

struct EpochStart {
  std::int32_t epoch = 0;
  std::int64_t start_offset = 0;
  friend bool operator==(const EpochStart&, const EpochStart&) = default;
};

// The end of an epoch: the first offset that does not belong to it. {-1, -1}: no such epoch.
struct EpochEnd {
  std::int32_t epoch = -1;
  std::int64_t end_offset = -1;
  friend bool operator==(const EpochEnd&, const EpochEnd&) = default;
};

enum class EpochChange : std::uint8_t { kNone, kChanged };

class LeaderEpochs {
 public:
  LeaderEpochs() = default;
  // Reads what to_text() wrote; kCorruption when it breaks the invariant or is no such text.
  static Result<LeaderEpochs> from_text(std::string_view text);
  // Kafka's form of leader-epoch-checkpoint: version, count, then "<epoch> <start offset>" lines.
  [[nodiscard]] std::string to_text() const;

  [[nodiscard]] const std::vector<EpochStart>& entries() const { return entries_; }
  [[nodiscard]] std::optional<std::int32_t> latest() const;

  // `epoch` writes from `start_offset` on. Older or equal epochs change nothing; entries at or
  // after `start_offset` (epochs that wrote nothing) give way.
  EpochChange assign(std::int32_t epoch, std::int64_t start_offset);

  // The largest epoch that is not above `epoch`, and where it ends in a log that ends at
  // `log_end`; {-1, -1} when there is none.
  [[nodiscard]] EpochEnd end_of(std::int32_t epoch, std::int64_t log_end) const;

  // Forgets what begins at or after `end_offset`.
  EpochChange truncate_to(std::int64_t end_offset);

 private:
  std::vector<EpochStart> entries_;
};

}  // namespace quorate::broker
