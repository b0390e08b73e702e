// Status and Result<T>: how a function tells its caller that it did not do what was asked.
//
// The set of codes is closed. Two of them carry the promise that clients live by:
//   - every code but kUnknownOutcome means *rejected*: the thing certainly did not and will not
//     happen;
//   - kUnknownOutcome means it may have happened or may still happen.
//
// Result<T> is shaped like C++23's std::expected so that it can be replaced by it one day.
// Thread: values, as safe as int.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "raft/base/check.h"

namespace quorate {

enum class Code : std::uint8_t {
  kOk,
  kInvalidArgument,     // the caller's request is malformed; repeating it is useless
  kNotFound,            // the thing named does not exist
  kAlreadyExists,       // the thing to be made exists
  kFailedPrecondition,  // the state does not allow it (now); the message says which state
  kNotLeader,           // this replica cannot decide it; the leader can
  kBusy,                // a bound is reached; nothing was queued; try later
  kUnavailable,         // a peer or the quorum cannot be reached
  kTimedOut,            // the deadline passed before the request was taken up
  kUnknownOutcome,      // it may or may not have happened
  kPermissionDenied,    // the caller's identity does not allow it
  kCorruption,          // bytes read do not verify
  kIoError,             // the disk or the network refused
  kUnsupported,         // a version or format newer than this program
  kShutdown,            // this object is being stopped
  kInternal,            // our own mistake, reported instead of aborting
};

// The code's name in lower snake case, e.g. "failed_precondition".
[[nodiscard]] std::string_view to_string(Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {
    QUORATE_CHECK(code != Code::kOk);
  }

  static Status ok() { return {}; }

  [[nodiscard]] bool is_ok() const { return code_ == Code::kOk; }
  [[nodiscard]] Code code() const { return code_; }
  // For people; never parsed. Empty when ok.
  [[nodiscard]] const std::string& message() const { return message_; }
  // Whether the thing certainly did not happen.
  [[nodiscard]] bool is_rejected() const {
    return code_ != Code::kOk && code_ != Code::kUnknownOutcome;
  }
  // The same status with "<context>: " in front of its message.
  [[nodiscard]] Status with_context(std::string_view context) const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

// "ok" or "<code>: <message>".
std::ostream& operator<<(std::ostream& out, const Status& status);
[[nodiscard]] std::string to_string(const Status& status);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // implicit, as std::expected is
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {
    QUORATE_CHECK(!std::get<1>(state_).is_ok());
  }
  Result(Code code, std::string message) : Result(Status(code, std::move(message))) {}

  [[nodiscard]] bool is_ok() const { return state_.index() == 0; }
  // Ok when there is a value.
  [[nodiscard]] Status status() const { return is_ok() ? Status() : std::get<1>(state_); }

  // Requires is_ok().
  [[nodiscard]] T& value() & {
    QUORATE_CHECK(is_ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    QUORATE_CHECK(is_ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    QUORATE_CHECK(is_ok());
    return std::get<0>(std::move(state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace quorate

// Leaves the function with the status of `expression` unless it is ok.
#define QUORATE_TRY(expression)                                                                 \
  do {                                                                                          \
    if (::quorate::Status quorate_try = (expression); !quorate_try.is_ok()) return quorate_try; \
  } while (false)
