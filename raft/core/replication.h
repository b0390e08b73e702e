// The leader's view of every other member, and what a quorum of them adds up to.
//
// Invariants:
//   I1  exactly the members of the effective membership except ourselves, sorted
//   I2  a peer that lost what it acknowledged counts for no quorum (P51)
//
// Owner: the Leader role; a new leadership builds a new one. Thread: the driver's.
// Source: Raft paper Figure 2 (nextIndex, matchIndex), §6; dissertation §6.2, §6.4.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "raft/core/membership.h"
#include "raft/core/progress.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct Peer {
  ReplicaId id;
  Progress progress;
  std::uint64_t contact_at = 0;   // tick of its last valid answer
  std::uint64_t acked_round = 0;  // newest heartbeat round it answered
  std::uint64_t floor_round = 0;  // newest round sent to it ...
  Index floor{};                  // ... and its match when that left: it must not have less
  Index commit_told{};            // the highest commit index that was sent to it
  bool is_fetching = false;       // entries for it are being read from the log store
  std::optional<std::uint64_t> snapshot_asked_at;  // tick of the last SnapshotRequest
};

// What the leader itself contributes.
struct OwnShare {
  ReplicaId id;
  Index persisted;
};

class Replication {
 public:
  Replication(const Membership& membership,
              const ReplicaId& self,
              Index last,
              Progress::Limits limits,
              std::uint64_t now);

  [[nodiscard]] std::vector<Peer>& peers() { return peers_; }
  [[nodiscard]] const std::vector<Peer>& peers() const { return peers_; }
  // Null when `replica` is not a member (or is ourselves).
  [[nodiscard]] Peer* find(const ReplicaId& replica);
  [[nodiscard]] const Peer* find(const ReplicaId& replica) const;

  // The highest index that a quorum holds durably (§5.3, §5.4).
  [[nodiscard]] Index quorum_match(const Membership& membership, const OwnShare& own) const;
  // The newest heartbeat round that a quorum has answered; we answer `own_round` ourselves.
  [[nodiscard]] std::uint64_t quorum_round(const Membership& membership,
                                           const ReplicaId& self,
                                           std::uint64_t own_round) const;
  // Whether a quorum was heard from at or after tick `since` (check-quorum).
  [[nodiscard]] bool has_contact(const Membership& membership,
                                 const ReplicaId& self,
                                 std::uint64_t since) const;

 private:
  std::vector<Peer> peers_;
};

}  // namespace quorate::raft
