#include "raft/core/event.h"

namespace quorate::raft {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::kRoleChanged: return "role_changed";
    case EventKind::kTermChanged: return "term_changed";
    case EventKind::kVoteGranted: return "vote_granted";
    case EventKind::kVoteRefused: return "vote_refused";
    case EventKind::kLeaderKnown: return "leader_known";
    case EventKind::kLeaderLost: return "leader_lost";
    case EventKind::kCommitAdvanced: return "commit_advanced";
    case EventKind::kLogTruncated: return "log_truncated";
    case EventKind::kMembershipChanged: return "membership_changed";
    case EventKind::kChangeEnded: return "change_ended";
    case EventKind::kLogCompacted: return "log_compacted";
    case EventKind::kSnapshotTaken: return "snapshot_taken";
    case EventKind::kSnapshotFailed: return "snapshot_failed";
    case EventKind::kSnapshotTransfer: return "snapshot_transfer";
    case EventKind::kSnapshotInstalled: return "snapshot_installed";
    case EventKind::kPeerState: return "peer_state";
    case EventKind::kMessageSent: return "message_sent";
    case EventKind::kMessageReceived: return "message_received";
    case EventKind::kMessageIgnored: return "message_ignored";
    case EventKind::kProposalRejected: return "proposal_rejected";
    case EventKind::kStorageHealth: return "storage_health";
    case EventKind::kTransfer: return "transfer";
    case EventKind::kSafetyViolation: return "safety_violation";
  }
  return "invalid_event";
}

std::string_view to_string(IgnoreReason reason) {
  switch (reason) {
    case IgnoreReason::kForeignCluster: return "foreign_cluster";
    case IgnoreReason::kForeignGroup: return "foreign_group";
    case IgnoreReason::kWrongRecipient: return "wrong_recipient";
    case IgnoreReason::kWrongIncarnation: return "wrong_incarnation";
    case IgnoreReason::kUnknownSender: return "unknown_sender";
    case IgnoreReason::kStaleTerm: return "stale_term";
    case IgnoreReason::kAbsurd: return "absurd";
    case IgnoreReason::kBadChecksum: return "bad_checksum";
    case IgnoreReason::kNotVoter: return "not_voter";
    case IgnoreReason::kStaleAnswer: return "stale_answer";
    case IgnoreReason::kNotLeading: return "not_leading";
    case IgnoreReason::kNotFromLeader: return "not_from_leader";
    case IgnoreReason::kLogBehind: return "log_behind";
    case IgnoreReason::kStaleTransfer: return "stale_transfer";
    case IgnoreReason::kSnapshotBusy: return "snapshot_busy";
    case IgnoreReason::kCommitBeyondLog: return "commit_beyond_log";
  }
  return "invalid_reason";
}

}  // namespace quorate::raft
