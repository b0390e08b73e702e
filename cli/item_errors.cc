#include "cli/item_errors.h"

namespace quorate::cli {

namespace v1 = controller::v1;

Exit exit_of(v1::ErrorCode error) {
  if (error == v1::NONE) return Exit::kOk;
  if (error == v1::TOPIC_ALREADY_EXISTS || error == v1::ELECTION_NOT_NEEDED ||
      error == v1::PREFERRED_LEADER_NOT_AVAILABLE || error == v1::ELIGIBLE_LEADERS_NOT_AVAILABLE ||
      error == v1::NO_REASSIGNMENT_IN_PROGRESS || error == v1::INVALID_UPDATE_VERSION) {
    return Exit::kPrecondition;
  }
  if (error == v1::UNKNOWN_TOPIC_OR_PARTITION || error == v1::UNKNOWN_TOPIC_ID ||
      error == v1::BROKER_ID_NOT_REGISTERED || error == v1::RESOURCE_NOT_FOUND) {
    return Exit::kNotFound;
  }
  if (error == v1::CLUSTER_AUTHORIZATION_FAILED) return Exit::kNotAuthorised;
  if (error == v1::REQUEST_TIMED_OUT) return Exit::kTimedOut;
  if (error == v1::NOT_CONTROLLER) return Exit::kUnavailable;
  return Exit::kFailed;
}

Failure failure_of(v1::ErrorCode error, const std::string& message, const std::string& subject) {
  Failure failure;
  failure.exit = exit_of(error);
  failure.code = "E_" + v1::ErrorCode_Name(error);
  failure.message =
      (subject.empty() ? "" : subject + ": ") + (message.empty() ? "refused" : message);
  return failure;
}

}  // namespace quorate::cli
