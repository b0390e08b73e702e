// The leader's view of every other member, and what a quorum of them adds up to.
//
// Invariants:
//   I1  the members of the effective membership except ourselves, sorted; beside them, for a while,
//       replicas that the newest membership has removed, until they have heard of it
//   I2  a peer that lost what it acknowledged counts for no quorum (P51)
//   I3  a change of the membership leaves what is known of those who stay as it is (P80)
//
// Owner: the Leader role; a new leadership builds a new one. Thread: the driver's.
// Source: Raft paper Figure 2 (nextIndex, matchIndex), §6; dissertation §6.2, §6.4.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "raft/core/membership.h"
#include "raft/core/options.h"
#include "raft/core/progress.h"
#include "raft/core/snapshot_transfer.h"
#include "raft/core/types.h"

namespace quorate::raft {

// A removed replica is served a little longer: whoever knows that it was removed campaigns no more.
struct Leaving {
  Index told_by;           // the entry that removed it
  std::uint64_t deadline;  // tick at which it is let go whether it has heard or not
};

struct Peer {
  ReplicaId id;
  Progress progress;
  std::uint64_t contact_at = 0;    // tick of its last valid answer
  bool has_answered = false;       // contact_at is an answer's, not the tick of our first question
  std::uint64_t steady_since = 0;  // tick since which answers came without a longer break
  std::uint32_t priority = 0;      // as it last said
  std::uint64_t acked_round = 0;   // newest heartbeat round it answered
  std::uint64_t floor_round = 0;   // newest round sent to it ...
  Index floor{};                   // ... and its match when that left: it must not have less
  Index commit_told{};             // the highest commit index that was sent to it
  ClockTime supports_until = 0;    // by our clock: until then it surely helps nobody else to lead
  bool is_fetching = false;        // entries for it are being read from the log store
  std::optional<SnapshotSending> sending;  // the snapshot on its way to it
  std::optional<Leaving> leaving;          // nothing: a member

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(id, progress, contact_at, has_answered, steady_since, priority, acked_round);
    visit(floor_round, floor, commit_told, supports_until, is_fetching, sending, leaving);
  }

  // A valid answer came; after a break of `break_ticks` it begins to be steady anew.
  void hear(std::uint64_t now, std::uint64_t break_ticks) {
    if (!has_answered || now - contact_at >= break_ticks) steady_since = now;
    contact_at = now;
    has_answered = true;
  }
};

// What the leader itself contributes.
struct OwnShare {
  ReplicaId id;
  Index persisted;
};

// The moment from which a new peer is known.
struct Since {
  Index last;               // the end of our log: where the first probe goes
  std::uint64_t now = 0;    // tick
  std::uint64_t round = 0;  // heartbeat rounds up to here were not for it
};

[[nodiscard]] inline Progress::Limits progress_limits(const Options& options) {
  return {options.in_flight_appends_max, options.in_flight_bytes_max};
}

class Replication {
 public:
  Replication(const Membership& membership,
              const ReplicaId& self,
              Progress::Limits limits,
              const Since& since);

  // `membership`, of the entry `entry`, is effective from now on. New members are new peers, those
  // who stay are untouched (I3), those who are gone leave at tick `leave_by` at the latest.
  void reconfigure(const Membership& membership,
                   Index entry,
                   const Since& since,
                   std::uint64_t leave_by);
  // Lets those go that know of their removal, or shall not be waited for any longer.
  std::vector<Peer> release_removed(std::uint64_t now);

  // The number of the next append, to whomever: unique within the leadership.
  [[nodiscard]] std::uint64_t next_request() { return ++last_request_; }

  [[nodiscard]] std::vector<Peer>& peers() { return peers_; }
  [[nodiscard]] const std::vector<Peer>& peers() const { return peers_; }
  // Null when `replica` is not served (or is ourselves).
  [[nodiscard]] Peer* find(const ReplicaId& replica);
  [[nodiscard]] const Peer* find(const ReplicaId& replica) const;

  // The highest index that a quorum holds durably (§5.3, §5.4). We count where we are a voter.
  [[nodiscard]] Index quorum_match(const Membership& membership, const OwnShare& own) const;
  // The newest heartbeat round that a quorum has answered; we answer `own_round` ourselves.
  [[nodiscard]] std::uint64_t quorum_round(const Membership& membership,
                                           const ReplicaId& self,
                                           std::uint64_t own_round) const;
  // Until when, by our clock, a quorum surely helps nobody else to lead; we do not either while we
  // lead.
  [[nodiscard]] ClockTime quorum_support(const Membership& membership, const ReplicaId& self) const;
  // Whether a quorum was heard from at or after tick `since` (check-quorum).
  [[nodiscard]] bool has_contact(const Membership& membership,
                                 const ReplicaId& self,
                                 std::uint64_t since) const;

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(last_request_, peers_);
  }

 private:
  void add(const ReplicaId& member, const Since& since);

  ReplicaId self_;
  Progress::Limits limits_;
  std::uint64_t last_request_ = 0;
  std::vector<Peer> peers_;
};

}  // namespace quorate::raft
