#include "broker-stub/server/serving.h"

namespace quorate::broker {

using kafka::ErrorCode;

Located locate(const Serving& serving,
               const controller::Topic* topic,
               ErrorCode unknown_topic,
               std::int32_t partition) {
  Located located{.topic = topic};
  if (topic == nullptr) {
    located.error = unknown_topic;
    return located;
  }
  located.id = {topic->id, partition};
  if (partition < 0 || topic->find(partition) == nullptr) {
    located.error = ErrorCode::kUnknownTopicOrPartition;
    return located;
  }
  located.replica = serving.replicas.find(located.id);
  if (located.replica == nullptr) located.error = ErrorCode::kNotLeaderOrFollower;
  return located;
}

Located locate(const Serving& serving,
               const controller::MetadataImage& image,
               std::string_view topic,
               std::int32_t partition) {
  return locate(serving, image.topics.find(topic), ErrorCode::kUnknownTopicOrPartition, partition);
}

KnownLeader known_leader(const Located& located) {
  const controller::Partition* partition =
      located.topic == nullptr ? nullptr : located.topic->find(located.id.partition);
  if (partition == nullptr) return {};
  return {partition->leader, partition->leader_epoch};
}

bool is_leadership_error(ErrorCode error) {
  return error == ErrorCode::kNotLeaderOrFollower || error == ErrorCode::kFencedLeaderEpoch;
}

ErrorCode error_of(const Status& status) {
  switch (status.code()) {
    case Code::kOk: return ErrorCode::kNone;
    case Code::kTimedOut:
    case Code::kUnknownOutcome:
    case Code::kBusy: return ErrorCode::kRequestTimedOut;
    case Code::kNotLeader:
    case Code::kUnavailable:
    case Code::kShutdown: return ErrorCode::kNotController;
    case Code::kInvalidArgument: return ErrorCode::kInvalidRequest;
    case Code::kPermissionDenied: return ErrorCode::kClusterAuthorizationFailed;
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition:
    case Code::kCorruption:
    case Code::kIoError:
    case Code::kUnsupported:
    case Code::kInternal: break;
  }
  return ErrorCode::kUnknownServerError;
}

}  // namespace quorate::broker
