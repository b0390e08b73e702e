// Failure: how a command that did not do its job says so, and the exit status that scripts read.
//
//   error[E_NOT_FOUND]: topic 'lines' does not exist
//     hint: topics are listed by `quorate topic list`
//     try:  quorate topic create lines --partitions 6 --replication-factor 3
//
// Thread: main. Source: docs/cli.md.
#pragma once

#include <string>

#include "raft/base/status.h"

namespace quorate::cli {

// Documented in every --help; never renumbered.
enum class Exit : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kConfigInvalid = 3,
  kNotFound = 4,
  kPrecondition = 5,  // it exists already, or the state does not allow it
  kNotAuthorised = 6,
  kTimedOut = 7,     // the words say whether the outcome is unknown
  kUnavailable = 8,  // nobody answers, or there is no leader
  kUnhealthy = 10,   // reachable but unhealthy
};

struct Failure {
  Exit exit = Exit::kFailed;
  std::string code;     // "E_NOT_FOUND"
  std::string message;  // one sentence
  std::string hint;     // may be empty
  std::string attempt;  // a runnable command, may be empty
};

// The failure that a status speaks of.
[[nodiscard]] Failure to_failure(const Status& status);

// Prints it in the form above to standard error and returns the exit status.
int report(const Failure& failure);

// The exit status of a command that ended so; reports what is not ok.
int finish(const Status& status);

}  // namespace quorate::cli
