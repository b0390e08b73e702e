#include "broker-stub/replica/follower_state.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

// Epoch 1 from 0, epoch 3 from 10.
LeaderEpochs two_epochs() {
  LeaderEpochs epochs;
  epochs.assign(1, 0);
  epochs.assign(3, 10);
  return epochs;
}

FollowerDecision diverging(std::int32_t epoch, std::int64_t end, std::int64_t log_end = 20) {
  return decide({.diverging = EpochEnd{epoch, end}}, two_epochs(), log_end);
}

TEST_CASE("a follower appends what a leader without objection sends", "[replica][follower_state]") {
  CHECK(decide({}, two_epochs(), 20).step == FollowerStep::kAppend);
}

TEST_CASE("a follower waits when it is fenced early or refused", "[replica][follower_state][B9]") {
  for (const kafka::ErrorCode error : {kafka::ErrorCode::kFencedLeaderEpoch,
                                       kafka::ErrorCode::kUnknownLeaderEpoch,
                                       kafka::ErrorCode::kNotLeaderOrFollower,
                                       kafka::ErrorCode::kOffsetOutOfRange}) {
    CHECK(decide({.error = error}, two_epochs(), 20).step == FollowerStep::kWait);
  }
}

TEST_CASE("truncation goes to the largest point both logs share", "[replica][follower_state][B7]") {
  // The leader's epoch 3 is shorter, then longer, than ours.
  CHECK(diverging(3, 15).truncate_to == 15);
  CHECK(diverging(3, 25).truncate_to == 20);
  // The leader has no epoch 3: its epoch 1 ends behind ours, then before.
  CHECK(diverging(1, 14).truncate_to == 10);
  CHECK(diverging(1, 7).truncate_to == 7);
  // Epoch 2 is unknown here: everything of ours up to its place is shared.
  CHECK(diverging(2, 12).truncate_to == 10);
  // No epoch is shared.
  CHECK(diverging(0, 5).truncate_to == 0);
}

TEST_CASE("a follower's high watermark stays within its log and never goes back by an answer",
          "[replica][follower_state][B2]") {
  CHECK(follower_high_watermark(5, 30, 20) == 20);
  CHECK(follower_high_watermark(5, 3, 20) == 5);
  CHECK(follower_high_watermark(15, 3, 10) == 10);
}

}  // namespace
}  // namespace quorate::broker
