// SessionClient: the client's side of a session. It numbers requests and says what their attempts
// add up to; sending, time and the choice of a server are the caller's.
//
//   number = begin();  repeat { send stamp(number);  on_attempt(number, how it went) } until it
//   ends
//
// An attempt whose outcome is unknown is resolved by asking again with the same number: the answer
// is then either the kept result of the earlier attempt, or that of its execution now (R43).
//
// Invariants:
//   I1  a request ends exactly once; kRejected only if no attempt of it can ever take effect
//   I2  stamp().first_unanswered is the smallest number that has not ended
//   I3  at most window_max requests are open
//
// Owner: the caller, one object per session. Thread: that one's.
// Source: RIFL (SOSP 2015); Ongaro's dissertation §6.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "raft/server/request_stamp.h"

namespace quorate::raft {

// How one attempt went.
enum class Attempt : std::uint8_t {
  kAnswered,        // the result is here, of this or of an earlier attempt
  kRejected,        // this attempt certainly has no effect, now or later
  kUnknown,         // no answer, or one that leaves it open
  kUnknownSession,  // the session is not there (any more): nothing of it will be executed from now
                    // on
};

// How a request ended.
enum class Ending : std::uint8_t { kCommitted, kRejected, kUnknown };

class SessionClient {
 public:
  // `window_max` must be at least 1 and at most that of the state machine's SessionLimits.
  SessionClient(SessionId session, std::uint32_t window_max);

  // The number of a new request; none when the window is full or the session is lost.
  [[nodiscard]] std::optional<std::uint64_t> begin();
  // What the next attempt of an open request carries. Call it once per attempt, just before it is
  // sent: from then on the attempt counts as under way. One attempt at a time.
  [[nodiscard]] RequestStamp stamp(std::uint64_t number);
  // The attempt under way has ended. The request's ending, or none: ask again, or give_up().
  [[nodiscard]] std::optional<Ending> on_attempt(std::uint64_t number, Attempt attempt);
  // No more attempts: kRejected when none had or can have an effect, else kUnknown. Once a later
  // request of this session has been answered, what was given up can no longer take effect.
  [[nodiscard]] Ending give_up(std::uint64_t number);

  [[nodiscard]] SessionId session() const { return session_; }
  // The state machine does not know the session: open a new one.
  [[nodiscard]] bool is_lost() const { return lost_; }
  [[nodiscard]] std::size_t open_requests() const { return open_.size(); }

 private:
  struct Request {
    bool is_under_way = false;  // an attempt is
    bool is_in_doubt = false;   // an earlier attempt may have taken effect, or still may
  };

  SessionId session_;
  std::uint32_t window_max_;
  std::uint64_t next_ = 1;
  bool lost_ = false;
  std::map<std::uint64_t, Request> open_;  // by number
};

}  // namespace quorate::raft
