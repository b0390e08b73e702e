#include "controller/service/refusal.h"

namespace quorate::controller {

grpc::StatusCode to_grpc(Code code) {
  switch (code) {
    case Code::kOk: return grpc::StatusCode::OK;
    case Code::kInvalidArgument: return grpc::StatusCode::INVALID_ARGUMENT;
    case Code::kNotFound: return grpc::StatusCode::NOT_FOUND;
    case Code::kAlreadyExists: return grpc::StatusCode::ALREADY_EXISTS;
    case Code::kFailedPrecondition: return grpc::StatusCode::FAILED_PRECONDITION;
    case Code::kBusy: return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Code::kTimedOut: return grpc::StatusCode::DEADLINE_EXCEEDED;
    case Code::kPermissionDenied: return grpc::StatusCode::PERMISSION_DENIED;
    case Code::kUnsupported: return grpc::StatusCode::UNIMPLEMENTED;
    case Code::kCorruption:
    case Code::kIoError:
    case Code::kInternal: return grpc::StatusCode::INTERNAL;
    case Code::kNotLeader:
    case Code::kUnavailable:
    case Code::kUnknownOutcome:
    case Code::kShutdown: break;
  }
  return grpc::StatusCode::UNAVAILABLE;
}

grpc::Status Refusals::refuse(grpc::ServerContextBase& context, const Status& why) const {
  context.AddTrailingMetadata("quorate-outcome", why.is_rejected() ? "rejected" : "unknown");
  std::string message(to_string(why.code()));
  message += ": " + why.message();
  if (why.code() != Code::kNotLeader) return {to_grpc(why.code()), message};
  const raft::ServerStatus status = port_.status();
  if (status.core.leader && status.core.leader != status.core.self) {
    const std::uint64_t id = status.core.leader->node.value;
    const auto known = addresses_.find(id);
    const std::string address = known == addresses_.end() ? "-" : known->second;
    context.AddTrailingMetadata("quorate-leader", std::to_string(id) + ' ' + address);
    message += "; node " + std::to_string(id) + " leads";
  }
  return {to_grpc(why.code()), message};
}

}  // namespace quorate::controller
