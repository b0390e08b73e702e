// Leases: a stretch of time in which nobody else can lead, so that a leader answers reads alone.
//
//   leader                                        every other replica
//   reads its clock: s; heartbeat leaves ───────▶ reads its clock: v; promises: until v + promised
//   lease until s + lease_worth(promised) ◀────── I help nobody else to lead
//
// Both count on monotonic clocks of their own that share no origin; all that is supposed of them is
// that none runs faster or slower than true time by more than clock_drift_ppm. The heartbeat was
// sent before it was received, so what a quorum promised outlasts what the leader made of it.
//
// Invariants:
//   I1  a promise never ends sooner than it was said to: not by a change of role, term or
//       membership, and a fresh process is bound as if it had just promised (P100)
//   I2  a lease counts from before the sending of the heartbeat that is answered (P102)
//   I3  a lease that was given up does not come back in its term: a TimeoutNow that is late must
//       find none (P99)
//
// Owner: Replica (Support), the Leader role (Lease). Thread: the driver's. Time is an input.
// Source: dissertation §6.4.1; CockroachDB's store liveness for I1. docs/reads.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "raft/core/types.h"

namespace quorate::raft {

// For how long a leader may count on `promised_ns` of a promise, both clocks being wrong by at most
// `clock_drift_ppm` in the unlucky direction. Requires promised_ns <= kLeaseNsMax.
[[nodiscard]] std::uint64_t lease_worth(std::uint64_t promised_ns, std::uint32_t clock_drift_ppm);

// What a replica has promised to those who lead.
class Support {
 public:
  // Never promises more than `longest_ns`; 0: never anything, and is never bound.
  explicit Support(std::uint64_t longest_ns) : longest_ns_(longest_ns) {}

  // The clock reads `now`, not less than before. The first reading begins the wait for what an
  // earlier process may have promised.
  void on_clock(ClockTime now);

  // A leader asks for `asked_ns` from now on; returns what was promised, 0 for nothing.
  [[nodiscard]] std::uint64_t promise(std::uint64_t asked_ns);

  // Whether nobody may be helped to lead. Without a clock nobody may be.
  [[nodiscard]] bool is_bound() const;
  // How long that lasts, as of the last reading.
  [[nodiscard]] std::uint64_t left_ns() const;
  [[nodiscard]] ClockTime until() const { return until_; }
  [[nodiscard]] bool has_clock() const { return now_.has_value(); }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(now_, until_);
  }

 private:
  std::uint64_t longest_ns_;
  std::optional<ClockTime> now_;
  ClockTime until_ = 0;
};

// When the rounds of one leadership left. What was promised is kept with each Peer.
class Lease {
 public:
  // Round `round` leaves now; rounds rise, `now` does not fall. Of rounds that follow each other
  // within `grain_ns` the first stands for all, so that few are kept.
  void on_sent(std::uint64_t round, ClockTime now, std::uint64_t grain_ns);
  // A moment before `round` was sent; nothing when that is too long ago.
  [[nodiscard]] std::optional<ClockTime> sent_at(std::uint64_t round) const;

  void give_up() { is_given_up_ = true; }
  [[nodiscard]] bool is_given_up() const { return is_given_up_; }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(sent_, is_given_up_);
  }

  static constexpr std::size_t kRoundsMax = 64;

 private:
  struct Sent {
    std::uint64_t round;
    ClockTime at;
  };
  std::deque<Sent> sent_;  // ascending; at most kRoundsMax
  bool is_given_up_ = false;
};

}  // namespace quorate::raft
