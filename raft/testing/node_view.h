// What the safety checker knows about one replica.
//
// Thread: values. Owner: SafetyChecker.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/testing/log_mirror.h"

namespace quorate::raft::testing {

// A request for a vote, as it stood when it was delivered.
struct VoteAsked {
  NodeId candidate;
  VoteKind kind = VoteKind::kVote;
  Term campaign_term;
  std::uint64_t round = 0;
  auto operator<=>(const VoteAsked&) const = default;
};

// What may make a replica campaign before its timeout, from outside.
enum class Nudge : std::uint8_t { kCampaignAsked, kDisconnected, kProcessGone, kTimeoutNow };

struct NodeView {
  ReplicaId id;
  bool is_alive = false;
  bool is_formatted = false;  // a new disk that was not started yet
  std::uint64_t life = 0;     // counts starts

  CoreStatus status;      // after the last event
  LogMirror log;          // durable and outstanding
  LogMirror durable;      // what its disk holds
  Index base;             // the log begins behind it, for the core ...
  Index durable_base;     // ... and on the disk
  Index newest_snapshot;  // durable, of any life
  HardState durable_state;
  std::unordered_set<std::uint64_t> ever_durable;  // prefix hashes
  std::map<Term, ReplicaId> votes;                 // of this life, and durable ones
  std::set<std::pair<Term, ReplicaId>> durable_votes;
  Index applied;

  // --- of this life ---
  std::optional<Index> installed;  // the base of the last snapshot that was beyond its commit
  std::uint64_t ticks = 0;
  struct Contact {
    std::uint64_t tick = 0;
    Term term;
  };
  std::optional<Contact> leader_contact;
  // Who says in the message being stepped that it leads, and which term; believed when the status
  // says so.
  struct Claim {
    ReplicaId leader;
    Term term;
  };
  std::optional<Claim> claim;
  std::uint64_t leading_since_tick = 0;
  std::optional<std::uint64_t> retired_at_tick;         // leading, and the removal is committed
  std::map<ReplicaId, std::uint64_t> answered_at_tick;  // while leading
  std::map<ReplicaId, Index> matches;                   // while leading
  std::map<VoteAsked, std::string> asked;      // the invariant a grant would break, or none
  std::map<Term, std::set<ReplicaId>> grants;  // votes delivered, by campaign term
  // By peer and request: the last index that an append of this leader proves.
  std::map<std::pair<NodeId, std::uint64_t>, Index> appends;
  std::optional<Nudge> nudge;              // since the leader was heard last
  std::optional<CampaignReason> campaign;  // of the last campaign

  // --- of the event being carried out ---
  bool is_tick = false;
  std::optional<Index> cut;
  bool has_installed = false;  // a snapshot, which is not restored yet
  std::string unchanged_by;    // the invariant that says that nothing may change
};

}  // namespace quorate::raft::testing
