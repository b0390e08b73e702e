#include "raft/base/status.h"

#include <ostream>
#include <sstream>

namespace quorate {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::kOk: return "ok";
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kNotFound: return "not_found";
    case Code::kAlreadyExists: return "already_exists";
    case Code::kFailedPrecondition: return "failed_precondition";
    case Code::kNotLeader: return "not_leader";
    case Code::kBusy: return "busy";
    case Code::kUnavailable: return "unavailable";
    case Code::kTimedOut: return "timed_out";
    case Code::kUnknownOutcome: return "unknown_outcome";
    case Code::kPermissionDenied: return "permission_denied";
    case Code::kCorruption: return "corruption";
    case Code::kIoError: return "io_error";
    case Code::kUnsupported: return "unsupported";
    case Code::kShutdown: return "shutdown";
    case Code::kInternal: return "internal";
  }
  return "invalid_code";
}

Status Status::with_context(std::string_view context) const {
  if (is_ok()) return *this;
  return {code_, std::string(context) + ": " + message_};
}

std::ostream& operator<<(std::ostream& out, const Status& status) {
  out << to_string(status.code());
  if (!status.message().empty()) out << ": " << status.message();
  return out;
}

std::string to_string(const Status& status) {
  std::ostringstream out;
  out << status;
  return out.str();
}

}  // namespace quorate
