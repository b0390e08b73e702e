#include "broker-stub/server/offset_requests.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

// Special timestamps came with versions; OFFSET_NOT_AVAILABLE too.
constexpr std::int16_t kMaxTimestampFrom = 7;
constexpr std::int16_t kEarliestLocalFrom = 8;
constexpr std::int16_t kOffsetNotAvailableFrom = 5;

ErrorCode check_timestamp(std::int64_t timestamp, std::int16_t version) {
  if (timestamp >= kEarliestTimestamp) return ErrorCode::kNone;
  if (timestamp == kMaxTimestamp && version >= kMaxTimestampFrom) return ErrorCode::kNone;
  if (timestamp == kEarliestLocalTimestamp && version >= kEarliestLocalFrom) {
    return ErrorCode::kNone;
  }
  return ErrorCode::kUnsupportedVersion;
}

using OffsetRow = kafka::ListOffsetsResponse::ListOffsetsPartitionResponse;
using EpochRow = kafka::OffsetForLeaderEpochResponse::EpochEndOffset;

void fill(OffsetRow& row,
          const Located& located,
          const kafka::ListOffsetsRequest::ListOffsetsPartition& asked,
          std::int16_t version) {
  row.partition_index = asked.partition_index;
  row.error_code =
      located.error != ErrorCode::kNone ? located.error : check_timestamp(asked.timestamp, version);
  if (row.error_code != ErrorCode::kNone) return;
  const OffsetOutcome outcome =
      located.replica->offset_for(asked.timestamp, asked.current_leader_epoch);
  row.error_code = outcome.error;
  if (outcome.error == ErrorCode::kOffsetNotAvailable && version < kOffsetNotAvailableFrom) {
    row.error_code = ErrorCode::kLeaderNotAvailable;
  }
  row.offset = outcome.found.offset;
  row.timestamp = outcome.found.timestamp_ms;
  row.leader_epoch = outcome.found.leader_epoch;
}

void fill(EpochRow& row,
          const Located& located,
          const kafka::OffsetForLeaderEpochRequest::OffsetForLeaderPartition& asked) {
  row.partition = asked.partition;
  row.error_code = located.error != ErrorCode::kNone
                       ? located.error
                       : located.replica->check_leader(asked.current_leader_epoch);
  if (row.error_code != ErrorCode::kNone) return;
  const EpochEnd end = located.replica->end_of_epoch(asked.leader_epoch);
  row.leader_epoch = end.epoch;
  row.end_offset = end.end_offset;
}

}  // namespace

kafka::ListOffsetsResponse answer_list_offsets(Serving& serving,
                                               const kafka::ListOffsetsRequest& request,
                                               std::int16_t version) {
  kafka::ListOffsetsResponse response;
  const ImagePtr image = serving.image.get();
  for (const auto& topic : request.topics) {
    auto& rows = response.topics.emplace_back();
    rows.name = topic.name;
    for (const auto& asked : topic.partitions) {
      const Located located = locate(serving, *image, topic.name, asked.partition_index);
      fill(rows.partitions.emplace_back(), located, asked, version);
    }
  }
  return response;
}

kafka::OffsetForLeaderEpochResponse answer_offset_for_leader_epoch(
    Serving& serving, const kafka::OffsetForLeaderEpochRequest& request) {
  kafka::OffsetForLeaderEpochResponse response;
  const ImagePtr image = serving.image.get();
  for (const auto& topic : request.topics) {
    auto& rows = response.topics.emplace_back();
    rows.topic = topic.topic;
    for (const auto& asked : topic.partitions) {
      const Located located = locate(serving, *image, topic.topic, asked.partition);
      fill(rows.partitions.emplace_back(), located, asked);
    }
  }
  return response;
}

}  // namespace quorate::broker
