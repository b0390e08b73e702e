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

}  // namespace

kafka::ListOffsetsResponse answer_list_offsets(Serving& serving,
                                               const kafka::ListOffsetsRequest& request,
                                               std::int16_t version) {
  kafka::ListOffsetsResponse response;
  const ImagePtr image = serving.image.get();
  for (const auto& topic : request.topics) {
    response.topics.push_back({.name = std::string(topic.name), .partitions = {}});
    for (const auto& asked : topic.partitions) {
      auto& row = response.topics.back().partitions.emplace_back();
      row.partition_index = asked.partition_index;
      const Located located = locate(serving,
                                     image->topics.find(topic.name),
                                     ErrorCode::kUnknownTopicOrPartition,
                                     asked.partition_index);
      row.error_code = located.error != ErrorCode::kNone
                           ? located.error
                           : check_timestamp(asked.timestamp, version);
      if (row.error_code != ErrorCode::kNone) continue;
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
  }
  return response;
}

kafka::OffsetForLeaderEpochResponse answer_offset_for_leader_epoch(
    Serving& serving, const kafka::OffsetForLeaderEpochRequest& request) {
  kafka::OffsetForLeaderEpochResponse response;
  const ImagePtr image = serving.image.get();
  for (const auto& topic : request.topics) {
    response.topics.push_back({.topic = std::string(topic.topic), .partitions = {}});
    for (const auto& asked : topic.partitions) {
      auto& row = response.topics.back().partitions.emplace_back();
      row.partition = asked.partition;
      const Located located = locate(serving,
                                     image->topics.find(topic.topic),
                                     ErrorCode::kUnknownTopicOrPartition,
                                     asked.partition);
      row.error_code = located.error != ErrorCode::kNone
                           ? located.error
                           : located.replica->check_leader(asked.current_leader_epoch);
      if (row.error_code != ErrorCode::kNone) continue;
      const EpochEnd end = located.replica->end_of_epoch(asked.leader_epoch);
      row.leader_epoch = end.epoch;
      row.end_offset = end.end_offset;
    }
  }
  return response;
}

}  // namespace quorate::broker
