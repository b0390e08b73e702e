// What the leader knows about one peer's log, and how fast it may send to that peer.
//
//            accepted                       rejected, lost, timed out
//   kProbe ───────────▶ kReplicate ────────────────────────────────▶ kProbe
//      └── entry before next compacted ──▶ kSnapshot ──(installed)──▶ kProbe
//
// Invariants (checked after every transition):
//   I1  match < next                                                       (Figure 2)
//   I2  kProbe holds at most one append in flight, kSnapshot none
//   I3  match never falls within one leadership, except that a peer caught having lost what it
//       acknowledged starts again from 0 and is never trusted again        (P50, P51)
//   I4  appends and bytes in flight are both 0 after every change of state (P55)
//   I5  requests are numbered by the leadership, not by this object: a peer that was removed and
//       added again never sees a number twice
//
// Owner: Replication; a new leadership builds new ones. Thread: the driver's. No clock: time is the
// core's count of ticks.
// Source: Raft paper Figure 2 and §5.3; Ongaro's dissertation §10.2.2 (pipelining).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "raft/core/types.h"

namespace quorate::raft {

class Progress {
 public:
  enum class State : std::uint8_t { kProbe, kReplicate, kSnapshot };

  struct Limits {
    std::uint32_t in_flight_max = 1;      // messages; at least 1
    std::size_t in_flight_bytes_max = 1;  // one message always fits
  };

  // A peer of which nothing is known yet: the first probe is at the end of our log. Requests up to
  // `requests_before` were not of this peer object: answers to them are late or foreign (P49).
  Progress(Index leader_last, Limits limits, std::uint64_t requests_before = 0);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] Index match() const { return match_; }
  [[nodiscard]] Index next() const { return next_; }
  // Whether this peer may be counted: false once it lost what it had acknowledged.
  [[nodiscard]] bool is_trusted() const { return trusted_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
  [[nodiscard]] std::size_t in_flight_bytes() const { return in_flight_bytes_; }

  // Whether one more append may leave now. False is back-pressure, not an error.
  [[nodiscard]] bool can_send() const;
  // The bytes that may still leave; at least 1 while can_send().
  [[nodiscard]] std::size_t bytes_allowed() const;

  // An append of `bytes` ending at `last_sent` leaves at tick `now` with the number `request`,
  // which is above all before. Requires can_send().
  void on_sent(std::uint64_t request, Index last_sent, std::size_t bytes, std::uint64_t now);

  // The peer holds our log durably up to `match`, in answer to `request`. False: the request was
  // never sent, or the peer is not trusted and the request is not in flight; nothing changed.
  [[nodiscard]] bool on_accepted(std::uint64_t request, Index match);

  // What we knew the peer to hold when `request`, still in flight, was sent. Nothing: it is not in
  // flight, so an answer to it is late or repeated and must change nothing (P49).
  [[nodiscard]] std::optional<Index> floor_of(std::uint64_t request) const;

  // A rejection that is not stale: go on probing right behind `agreed`.
  void on_rejected(Index agreed);

  // Messages may have been lost: send again from match.
  void on_lost();
  // The peer no longer has what it acknowledged.
  void on_amnesia(Index durable_last);

  // The entry before next() is gone from our log.
  void on_compacted();
  // The peer restored a snapshot up to `last`.
  void on_installed(Index last);

  // When the oldest append in flight left; nothing when none is.
  [[nodiscard]] std::optional<std::uint64_t> waiting_since() const;

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(state_, match_, next_, trusted_, requests_before_, last_request_);
    visit(in_flight_, in_flight_bytes_);
  }

 private:
  struct Sent {
    std::uint64_t request;
    Index floor;
    std::size_t bytes;
    std::uint64_t at;
  };

  void enter(State state);
  void release_up_to(std::uint64_t request);
  void check() const;

  Limits limits_;
  State state_ = State::kProbe;
  Index match_{};
  Index next_;
  bool trusted_ = true;
  std::uint64_t requests_before_;
  std::uint64_t last_request_;
  std::deque<Sent> in_flight_;
  std::size_t in_flight_bytes_ = 0;
};

[[nodiscard]] std::string_view to_string(Progress::State state);  // "probe", ...

}  // namespace quorate::raft
