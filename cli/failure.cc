#include "cli/failure.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace quorate::cli {
namespace {

Exit exit_of(Code code) {
  switch (code) {
    case Code::kOk: return Exit::kOk;
    case Code::kInvalidArgument: return Exit::kUsage;
    case Code::kNotFound: return Exit::kNotFound;
    case Code::kAlreadyExists:
    case Code::kFailedPrecondition: return Exit::kPrecondition;
    case Code::kPermissionDenied: return Exit::kNotAuthorised;
    case Code::kTimedOut:
    case Code::kUnknownOutcome: return Exit::kTimedOut;
    case Code::kNotLeader:
    case Code::kBusy:
    case Code::kUnavailable:
    case Code::kShutdown: return Exit::kUnavailable;
    case Code::kCorruption:
    case Code::kIoError:
    case Code::kUnsupported:
    case Code::kInternal: return Exit::kFailed;
  }
  return Exit::kFailed;
}

std::string hint_of(Code code) {
  if (code == Code::kUnknownOutcome) {
    return "the change may or may not have been made; look before you repeat it";
  }
  if (code == Code::kUnavailable || code == Code::kNotLeader) {
    return "see which controllers answer with `quorate quorum status`";
  }
  return {};
}

}  // namespace

Failure to_failure(const Status& status) {
  std::string name = "E_" + std::string(to_string(status.code()));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return {exit_of(status.code()), std::move(name), status.message(), hint_of(status.code()), {}};
}

int report(const Failure& failure) {
  std::fprintf(stderr, "error[%s]: %s\n", failure.code.c_str(), failure.message.c_str());
  if (!failure.hint.empty()) std::fprintf(stderr, "  hint: %s\n", failure.hint.c_str());
  if (!failure.attempt.empty()) std::fprintf(stderr, "  try:  %s\n", failure.attempt.c_str());
  return static_cast<int>(failure.exit);
}

int finish(const Status& status) {
  return status.is_ok() ? static_cast<int>(Exit::kOk) : report(to_failure(status));
}

}  // namespace quorate::cli
