// ListOffsets and OffsetForLeaderEpoch: questions about offsets that only a leader answers.
//
// Owner: none. Thread: the broker thread.
#pragma once

#include <cstdint>

#include "broker-stub/kafka/messages/list_offsets.h"
#include "broker-stub/kafka/messages/offset_for_leader_epoch.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] kafka::ListOffsetsResponse answer_list_offsets(
    Serving& serving, const kafka::ListOffsetsRequest& request, std::int16_t version);

[[nodiscard]] kafka::OffsetForLeaderEpochResponse answer_offset_for_leader_epoch(
    Serving& serving, const kafka::OffsetForLeaderEpochRequest& request);

}  // namespace quorate::broker
