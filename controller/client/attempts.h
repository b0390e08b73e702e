// Attempts: one request, tried on one controller after another until it is answered or too late.
//
//   answered                              -> ok
//   certainly not done, mends by waiting  -> pause, next controller (or the hinted leader)
//   certainly not done, does not mend     -> that status
//   may have happened                     -> remembered; tried again with the same request id
//   deadline                              -> kUnknownOutcome if any attempt may have happened,
//                                            else kTimedOut or kUnavailable
//
// Owner: the caller of one request. Thread: that one's.
#pragma once

#include <cstdint>
#include <functional>

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include "controller/client/controller_channels.h"
#include "raft/base/status.h"

namespace quorate::controller {

enum class Effect : std::uint8_t {
  kReads,    // nothing changes: an attempt without an answer is as good as none
  kChanges,  // answered by the active controller only
};

// Sends the request once. `timeout_ms`: how long this attempt may take.
using Attempt = std::function<grpc::Status(
    const Target& target, grpc::ClientContext& context, std::int64_t timeout_ms)>;

Status run_attempts(ControllerChannels& channels,
                    Effect effect,
                    CallOptions options,
                    const Attempt& attempt);

// One attempt on `target` alone.
Status run_one_attempt(ControllerChannels& channels,
                       const Target& target,
                       CallOptions options,
                       const Attempt& attempt);

// What an answer of gRPC says about one attempt; public for tests.
enum class Verdict : std::uint8_t {
  kAnswered,
  kRejectedForNow,
  kRejectedForGood,
  kMayHaveHappened
};
[[nodiscard]] Verdict judge(const grpc::Status& status, std::string_view outcome);

// Our code for gRPC's; for statuses that mean a certain rejection.
[[nodiscard]] Code to_code(grpc::StatusCode code);

// 128 random bits in hexadecimal.
[[nodiscard]] std::string draw_request_id();

}  // namespace quorate::controller
