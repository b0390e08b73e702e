#include "broker-stub/replica/follower_state.h"

#include <algorithm>

namespace quorate::broker {
namespace {

// The largest offset before which our log and the leader's hold the same epochs.
std::int64_t common_end(const EpochEnd& leaders, const LeaderEpochs& epochs, std::int64_t log_end) {
  if (leaders.epoch < 0) return 0;  // the leader knows no epoch that we know
  const EpochEnd ours = epochs.end_of(leaders.epoch, log_end);
  if (ours.epoch < 0) return 0;
  // Without that very epoch here, everything of ours up to the end of the one before is shared.
  return ours.epoch == leaders.epoch ? std::min(ours.end_offset, leaders.end_offset)
                                     : ours.end_offset;
}

}  // namespace

FollowerDecision decide(const LeaderAnswer& answer,
                        const LeaderEpochs& epochs,
                        std::int64_t log_end) {
  if (answer.error != kafka::ErrorCode::kNone) return {FollowerStep::kWait, -1};
  if (answer.diverging) {
    return {FollowerStep::kTruncate,
            std::min(common_end(*answer.diverging, epochs, log_end), log_end)};
  }
  return {FollowerStep::kAppend, -1};
}

std::int64_t follower_high_watermark(std::int64_t before,
                                     std::int64_t leaders,
                                     std::int64_t log_end) {
  return std::max(std::min(before, log_end), std::min(leaders, log_end));
}

}  // namespace quorate::broker
