// Explain: why a replica does not do what is expected of it, from its status.
//
// PURE: a function of the status, the options and nothing else, so that every finding can be tested
// by writing down a status. Findings are ordered: what stops everything comes first.
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "raft/server/options.h"
#include "raft/server/server_status.h"

namespace quorate::raft {

enum class Reason : std::uint8_t {
  kStopped,         // the server stopped itself, or a safety violation was seen
  kWaitsToBeAdded,  // no membership yet: a leader has to fill it
  kNotMember,       // removed, or not added yet
  kLearner,         // listens; never leads
  kRestoring,       // a snapshot is being restored: neither applies nor campaigns
  kDiskHangs,       // it neither campaigns nor keeps the leadership
  kDiskSlow,
  kElectionRunning,    // asks for votes, and how many it needs
  kNoLeaderHeard,      // a follower that knows no leader
  kQuorumUnreachable,  // a leader that hears too few: it will step down, nothing commits
  kCommitWaits,        // entries wait for acknowledgements, and whose
  kChangeWaits,        // a change of the membership is not finished, and for whom it waits
  kPeerSilent,         // a member that was not heard for an election timeout
  kPeerNeedsSnapshot,  // what it lacks is compacted
  kPeerLags,           // more than kLagEntries behind
  kQuotaFull,          // uncommitted bytes are at their bound: proposals are refused as busy
  kApplyLags,          // committed entries wait for the state machine
};

// Lower snake case, stable: "no_leader_heard".
[[nodiscard]] std::string_view to_string(Reason reason);

struct Explanation {
  Reason reason = Reason::kStopped;
  std::optional<ReplicaId> peer;
  std::string text;  // one sentence with the numbers
};

inline constexpr std::uint64_t kLagEntries = 1000;

// Nothing to explain gives nothing.
[[nodiscard]] std::vector<Explanation> explain(const ServerStatus& status, const Options& options);

}  // namespace quorate::raft
