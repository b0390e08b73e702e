#include "controller/client/attempts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "controller/client/backoff.h"

namespace quorate::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string trailer(const grpc::ClientContext& context, const char* key) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(key);
  if (found == trailers.end()) return {};
  return {found->second.data(), found->second.size()};
}

std::int64_t ms_until(SteadyTime deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
}

// How one attempt ended.
struct Ending {
  Verdict verdict = Verdict::kRejectedForNow;
  Status status;
  bool hinted = false;  // the answer names the leader
};

Ending try_once(ControllerChannels& channels,
                const Target& target,
                SteadyTime deadline,
                const Attempt& attempt) {
  const auto connect_until = std::min(deadline, steady_clock::now() + kConnectPatience);
  if (!channels.connect(target, connect_until)) {
    channels.on_failed(target);
    const Code code = channels.is_shut_down() ? Code::kShutdown : Code::kUnavailable;
    return {Verdict::kRejectedForNow, {code, target.address + ": no connection"}};
  }
  grpc::ClientContext context;
  const std::int64_t timeout_ms =
      std::clamp<std::int64_t>(ms_until(deadline), 1, channels.options().attempt_timeout_ms);
  context.set_deadline(std::chrono::system_clock::now() + milliseconds(timeout_ms));
  if (!channels.begin(context)) {
    return {Verdict::kRejectedForGood, {Code::kShutdown, "the client is shut down"}};
  }
  const grpc::Status answer = attempt(target, context, timeout_ms);
  channels.end(context);

  Ending ending;
  ending.verdict = judge(answer, trailer(context, "quorate-outcome"));
  if (ending.verdict == Verdict::kAnswered) return ending;
  const std::string why = target.address + ": " + answer.error_message();
  const bool unknown = ending.verdict == Verdict::kMayHaveHappened;
  ending.status = {unknown ? Code::kUnknownOutcome : to_code(answer.error_code()), why};
  const std::string hint = trailer(context, "quorate-leader");
  ending.hinted = !hint.empty();
  if (ending.hinted) {
    channels.on_leader_hint(hint);
  } else if (ending.verdict != Verdict::kRejectedForGood) {
    channels.on_failed(target);
  }
  return ending;
}

Status too_late(const std::optional<Status>& unknown, const Status& last) {
  if (unknown) return *unknown;
  if (last.is_ok()) return {Code::kTimedOut, "no time left to ask a controller"};
  return last;
}

}  // namespace

Status run_attempts(ControllerChannels& channels,
                    Effect effect,
                    CallOptions options,
                    const Attempt& attempt) {
  const SteadyTime deadline = steady_clock::now() + milliseconds(options.timeout_ms);
  Backoff backoff(channels.options().backoff_min_ms, channels.options().backoff_max_ms);
  std::optional<Status> unknown;
  Status last;
  std::size_t failures = 0;
  while (ms_until(deadline) > 0 && !channels.is_shut_down()) {
    const Target target = channels.active();
    const Ending ending = try_once(channels, target, deadline, attempt);
    if (ending.verdict == Verdict::kAnswered) {
      if (effect == Effect::kChanges) channels.on_answered_as_leader(target);
      return Status::ok();
    }
    last = ending.status;
    if (ending.verdict == Verdict::kMayHaveHappened) {
      if (effect == Effect::kChanges) unknown = ending.status;
      if (effect == Effect::kReads) last = {Code::kUnavailable, ending.status.message()};
    }
    // A certain no to a retry says nothing about the attempt that may have happened.
    if (ending.verdict == Verdict::kRejectedForGood) return too_late(unknown, last);
    ++failures;
    // The first turn through all controllers, and the way to a hinted leader, costs no pause.
    const bool at_once = failures < channels.options().controllers.size() || failures == 1;
    if (at_once) continue;
    const auto left = milliseconds(std::max<std::int64_t>(ms_until(deadline), 0));
    channels.sleep(std::min(backoff.next(), left));
  }
  if (channels.is_shut_down() && !unknown) return {Code::kShutdown, "the client is shut down"};
  return too_late(unknown, last);
}

Status run_one_attempt(ControllerChannels& channels,
                       const Target& target,
                       CallOptions options,
                       const Attempt& attempt) {
  const SteadyTime deadline = steady_clock::now() + milliseconds(options.timeout_ms);
  const Ending ending = try_once(channels, target, deadline, attempt);
  if (ending.status.code() != Code::kUnknownOutcome) return ending.status;
  return {Code::kUnavailable, ending.status.message()};  // it only reads
}

Verdict judge(const grpc::Status& status, std::string_view outcome) {
  if (status.ok()) return Verdict::kAnswered;
  if (outcome == "unknown") return Verdict::kMayHaveHappened;
  const grpc::StatusCode code = status.error_code();
  const bool mends = code == grpc::StatusCode::UNAVAILABLE ||
                     code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                     code == grpc::StatusCode::DEADLINE_EXCEEDED;
  if (outcome == "rejected") return mends ? Verdict::kRejectedForNow : Verdict::kRejectedForGood;
  // No word from our code: gRPC's own answer, or none.
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::RESOURCE_EXHAUSTED: return Verdict::kRejectedForGood;
    case grpc::StatusCode::OK:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
    case grpc::StatusCode::DO_NOT_USE: break;
  }
  return Verdict::kMayHaveHappened;
}

Code to_code(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE: return Code::kInvalidArgument;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED: return Code::kPermissionDenied;
    case grpc::StatusCode::UNIMPLEMENTED: return Code::kUnsupported;
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ABORTED: return Code::kFailedPrecondition;
    case grpc::StatusCode::RESOURCE_EXHAUSTED: return Code::kBusy;
    case grpc::StatusCode::DEADLINE_EXCEEDED: return Code::kTimedOut;
    case grpc::StatusCode::NOT_FOUND: return Code::kNotFound;
    case grpc::StatusCode::ALREADY_EXISTS: return Code::kAlreadyExists;
    case grpc::StatusCode::UNAVAILABLE: return Code::kUnavailable;
    case grpc::StatusCode::OK:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::DATA_LOSS:
    case grpc::StatusCode::DO_NOT_USE: break;
  }
  return Code::kInternal;
}

std::string draw_request_id() {
  thread_local std::random_device device;  // making one is slow on a virtual machine
  std::array<char, 33> text{};
  std::snprintf(
      text.data(), text.size(), "%08x%08x%08x%08x", device(), device(), device(), device());
  return text.data();
}

}  // namespace quorate::controller
