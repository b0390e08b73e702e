// Sessions: exactly-once execution for any state machine. The state machine holds one, asks it
// about each stamped request, and puts it into its snapshots.
//
//   apply(entry):  answer = sessions.admit(stamp, now)
//                  kExecute -> execute, then keep(stamp, result)      everything else -> no effect
//
// Invariants:
//   I1  a (session, number) is answered kExecute at most once, across snapshots         (R43)
//   I2  the result of a number is kept until the client says that it has it, or the session ends
//   I3  equal calls from equal states give equal states and equal bytes: limits are part of the
//       state, and nothing but the arguments is looked at
//   I4  at most sessions_max sessions, window_max results and kept_bytes_max bytes (plus one
//       result) each; what would pass a bound is refused, and nothing is thrown out for it
//
// A session that was not used for `expiry` ends at the first call whose `now` says so. A later
// request of it is answered kUnknownSession: whether an earlier attempt had an effect can then not
// be told any more, so `expiry` must be far above the time for which a client asks again.
//
// Owner: the state machine. Thread: the apply thread. No clock, no I/O.
// Source: Ongaro's dissertation §6.3; RIFL (SOSP 2015).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/server/request_stamp.h"

namespace quorate::raft {

// Equal on every replica of a group; changed only together with the state machine's own format.
struct SessionLimits {
  std::uint32_t sessions_max = 65536;        // then open() refuses until one expires or is closed
  std::uint32_t window_max = 1024;           // numbers of a session from first_unanswered on
  std::uint32_t kept_bytes_max = 1U << 20U;  // results kept for a session; then kRefused
  std::uint64_t expiry = 0;                  // in units of SessionTime; 0: never
  bool operator==(const SessionLimits&) const = default;
};

enum class SessionVerdict : std::uint8_t {
  kExecute,         // execute it now and keep() the result
  kRepeat,          // it was executed; here is its result again
  kStale,           // the client said that it needs no answer to this number any more
  kUnknownSession,  // never opened, closed or expired
  kRefused,  // malformed, or a bound is reached: this attempt changed nothing, ask again later
};

[[nodiscard]] std::string_view to_string(SessionVerdict verdict);

class Sessions {
 public:
  enum class Opened : std::uint8_t { kDone, kFull };

  struct Answer {
    SessionVerdict verdict = SessionVerdict::kRefused;
    SharedBytes result;  // with kRepeat
  };

  explicit Sessions(SessionLimits limits = {}) : limits_(limits) {}
  ~Sessions() = default;
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;
  Sessions(Sessions&&) = default;
  Sessions& operator=(Sessions&&) = default;

  // `id` is the index of the entry that asks for the session; must be larger than every id before.
  [[nodiscard]] Opened open(SessionId id, SessionTime now);
  // Ends a session at its client's wish; one that is not there is none afterwards either.
  void close(SessionId id, SessionTime now);
  // What to do with a request. After kExecute comes keep() of the same stamp, before anything else.
  [[nodiscard]] Answer admit(const RequestStamp& stamp, SessionTime now);
  void keep(const RequestStamp& stamp, SharedBytes result);
  // Ends what was not used for too long. Time never goes back: an earlier `now` counts as the
  // latest one. Every call with a `now` does it.
  void advance(SessionTime now);

  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  [[nodiscard]] const SessionLimits& limits() const { return limits_; }

  // Everything, for a snapshot; equal states give equal bytes.
  [[nodiscard]] std::string encode() const;
  // kFailedPrecondition: written under other limits. kUnsupported: a newer format. kCorruption:
  // anything that encode() did not make.
  static Result<Sessions> decode(std::string_view bytes, const SessionLimits& limits);

 private:
  struct Kept {
    std::uint64_t number;
    SharedBytes result;
  };
  struct Session {
    SessionTime last_used;
    std::uint64_t first_unanswered = 1;
    std::size_t kept_bytes = 0;
    std::vector<Kept> kept;  // by number
    std::list<SessionId>::iterator place;
  };

  void touch(Session& session);
  static void acknowledge(Session& session, std::uint64_t first_unanswered);
  [[nodiscard]] Answer judge(const Session& session, std::uint64_t number) const;
  [[nodiscard]] Status insert_decoded(SessionId id, Session session);

  SessionLimits limits_;
  SessionTime now_;
  SessionId last_opened_;
  std::list<SessionId> by_use_;  // the one that was not used for longest first
  std::unordered_map<std::uint64_t, Session> sessions_;
};

}  // namespace quorate::raft
