// What happened inside the core, for people, metrics and traces; never for control flow.
//
// Emitted inside the transition it tells of, in order. Source: design of the event stream,
// docs/events.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "raft/core/message_trace.h"
#include "raft/core/types.h"

namespace quorate::raft {

enum class EventKind : std::uint8_t {
  kRoleChanged,  // detail: why
  kTermChanged,
  kVoteGranted,  // peer: the candidate
  kVoteRefused,  // peer; detail: the VoteAnswer
  kLeaderKnown,  // peer: the leader of this term
  kLeaderLost,   // detail: why it is no longer believed
  kCommitAdvanced,
  kLogTruncated,       // last: the new end; count: entries cut
  kMembershipChanged,  // detail: the membership
  kChangeEnded,        // detail: "committed", the ChangeRefusal or "unknown_outcome"
  kLogCompacted,       // count: entries dropped from the log's front
  kSnapshotTaken,      // by the driver; count: its last index
  kSnapshotFailed,     // by the driver; detail: why one was not taken, read or written
  kSnapshotInstalled,  // count: the snapshot's last index
  kSnapshotTransfer,   // peer; detail: "sending", "sent", "receiving", or why it is tried again
  kPeerState,          // peer; detail: "probe", "replicate", "snapshot" or "amnesia"
  kMessageSent,        // with Options::trace_messages
  kMessageReceived,    // with Options::trace_messages
  kMessageIgnored,     // peer; detail: the IgnoreReason ("foreign_cluster", ...)
  kProposalRejected,   // detail: reason
  kStorageHealth,      // detail: "healthy", "slow" or "hung"
  kTransfer,  // peer: the target; detail: "preferred", "started", "sent", "expired" or why refused
  kSafetyViolation,  // detail: evidence; the group stops
};

// Why a message changed nothing.
enum class IgnoreReason : std::uint8_t {
  kForeignCluster,
  kForeignGroup,
  kWrongRecipient,    // another node
  kWrongIncarnation,  // our node, but another disk (P76)
  kUnknownSender,     // not in the effective membership, and nothing that a stranger may say
  kStaleTerm,         // of a term that has passed
  kAbsurd,            // contradicts itself, or a number near its type's end
  kBadChecksum,       // an entry that does not verify
  kNotVoter,          // a vote from a replica that has none, or an order to campaign without one
  kStaleAnswer,       // to a question that is not open (any more)
  kNotLeading,        // for a leader, which we are not
  kNotFromLeader,     // an order that only our leader may give
  kLogBehind,         // TimeoutNow for a log that we do not have
  kStaleTransfer,     // a chunk of a snapshot that is no longer on its way
  kSnapshotBusy,      // a chunk while enough of them wait to be written
  kCommitBeyondLog,  // a heartbeat's commit index that we never acknowledged: our disk lost entries
};

struct Event {
  EventKind kind = EventKind::kRoleChanged;
  // The state just after the transition.
  Role role = Role::kFollower;
  Term term;
  Index commit;
  LogId last;
  std::optional<ReplicaId> voted_for;  // in this term
  std::optional<ReplicaId> peer;
  std::uint64_t count = 0;
  std::string detail;                   // short; may be empty
  std::optional<MessageTrace> message;  // that was sent or received
};

[[nodiscard]] std::string_view to_string(EventKind kind);       // "role_changed", ...
[[nodiscard]] std::string_view to_string(IgnoreReason reason);  // "foreign_cluster", ...

}  // namespace quorate::raft
