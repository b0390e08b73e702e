// What each role knows, held inside the role: leaving it forgets it.
//
//                  timeout          majority of pre-votes      majority of votes
//   Follower ─────────────▶ PreCandidate ───────────▶ Candidate ───────────▶ Leader
//      ▲                         │                       ▲  │                  │
//      │ leader heard, higher term, lost, or a rival with precedence           │
//      └─────────────────────────┴───────────────────────┼──┴──────────────────┘
//      └── TimeoutNow from the leader ────────────────────┘   higher term, no quorum, disk hung
//
// Only the functions in roles.cc change role. Owner: Replica. Thread: the driver's.
// Source: Raft paper Figure 4; dissertation §9.6 (pre-vote), §3.10 (transfer).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "raft/core/ballot.h"
#include "raft/core/catch_up.h"
#include "raft/core/forwards.h"
#include "raft/core/lease.h"
#include "raft/core/reads.h"
#include "raft/core/replication.h"
#include "raft/core/snapshot_transfer.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct Follower {
  std::optional<ReplicaId> leader;             // of the current term
  ForwardedReads reads;                        // waiting for that leader
  ForwardedProposals forwards;                 // passed on to it, without a place yet
  std::optional<SnapshotReceiving> receiving;  // the snapshot on its way from that leader
};

struct PreCandidate {
  Ballot ballot;
};

struct Candidate {
  Ballot ballot;
  std::uint64_t vote_seq;  // our own vote counts once this batch is durable
};

struct LeaderTransfer {
  ReplicaId target;
  std::uint64_t deadline;  // tick at which service is restored
  bool is_sent = false;    // TimeoutNow has left
};

// A change whose new voters listen until they have caught up.
struct Promotion {
  ChangeToken token = 0;
  Membership before;           // written again when they do not catch up
  Membership target;           // the membership asked for
  std::uint64_t deadline = 0;  // tick at which the change is refused
  std::vector<CatchUp> learners;
  bool is_expired = false;  // refused; `before` still has to be written
};

struct Leader {
  Replication replication;
  ReadRounds reads;
  Index first_own;                    // our no-op; nothing commits by counting below it (§5.4.2)
  std::uint64_t round = 0;            // of heartbeats, counted within this term
  std::uint64_t snapshots_begun = 0;  // numbers their transfers, within this term
  std::uint64_t heartbeat_at;         // tick of the next heartbeat
  std::uint64_t hand_over_at = 0;     // tick from which a preferred voter is looked for
  Lease lease;
  Forwarders forwarders;
  std::optional<LeaderTransfer> transfer;
  std::optional<Promotion> promotion;
};

using RoleState = std::variant<Follower, PreCandidate, Candidate, Leader>;

}  // namespace quorate::raft
