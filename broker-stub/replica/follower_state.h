// FollowerState: what a follower does with the answers of its leader.
//
//   fetch (offset, last epoch) -> records: append   -> fetch on
//                              -> diverging epoch: truncate to the common point -> fetch on
//                              -> fenced / unknown epoch / not leader: wait, metadata will tell
//
// Invariants (B7, B9): only an answer to the current leader epoch counts; truncation goes to the
// largest point that both logs share by leader epoch, never by high watermark.
//
// Owner: Partition, while it follows. Thread: its owner's. PURE.
// Source: Kafka KIP-101, KIP-320, KIP-595 (diverging epochs in Fetch v12+).
#pragma once

#include <cstdint>
#include <optional>

#include "broker-stub/kafka/error_code.h"
#include "broker-stub/log/leader_epochs.h"

namespace quorate::broker {

// One partition of a leader's answer, without its records.
struct LeaderAnswer {
  kafka::ErrorCode error = kafka::ErrorCode::kNone;
  std::int64_t high_watermark = -1;
  std::optional<EpochEnd> diverging;  // the leader's end of the largest epoch it shares with us
};

enum class FollowerStep : std::uint8_t {
  kAppend,    // the records, if any; then the high watermark
  kTruncate,  // to `truncate_to`, then fetch at once
  kWait,      // not now: the leader does not lead yet or any more, or refuses the offset
};

struct FollowerDecision {
  FollowerStep step = FollowerStep::kWait;
  std::int64_t truncate_to = -1;
};

// `epochs` and `log_end` are the follower's own.
[[nodiscard]] FollowerDecision decide(const LeaderAnswer& answer,
                                      const LeaderEpochs& epochs,
                                      std::int64_t log_end);

// The high watermark of a follower whose log ends at `log_end`, after its leader said `leaders`.
[[nodiscard]] std::int64_t follower_high_watermark(std::int64_t before,
                                                   std::int64_t leaders,
                                                   std::int64_t log_end);

}  // namespace quorate::broker
