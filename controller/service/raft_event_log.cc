#include "controller/service/raft_event_log.h"

#include <cstdint>
#include <string>

namespace quorate::controller {
namespace {

enum class Volume : std::uint8_t { kSilent, kDebug, kInfo, kError };

Volume volume_of(raft::EventKind kind) {
  using Kind = raft::EventKind;
  switch (kind) {
    case Kind::kRoleChanged:
    case Kind::kLeaderKnown:
    case Kind::kLeaderLost:
    case Kind::kLogTruncated:
    case Kind::kMembershipChanged:
    case Kind::kChangeEnded:
    case Kind::kSnapshotTaken:
    case Kind::kSnapshotFailed:
    case Kind::kSnapshotInstalled:
    case Kind::kSnapshotTransfer:
    case Kind::kTransfer:
    case Kind::kStorageHealth: return Volume::kInfo;
    case Kind::kSafetyViolation: return Volume::kError;
    case Kind::kTermChanged:
    case Kind::kVoteGranted:
    case Kind::kVoteRefused:
    case Kind::kLogCompacted:
    case Kind::kPeerState:
    case Kind::kMessageIgnored:
    case Kind::kProposalRejected: return Volume::kDebug;
    case Kind::kCommitAdvanced:
    case Kind::kMessageSent:
    case Kind::kMessageReceived: break;
  }
  return Volume::kSilent;
}

}  // namespace

void RaftEventLog::on_event(const raft::Options& replica, const raft::Event& event) {
  events_.on_event(replica, event);
  const Volume volume = volume_of(event.kind);
  if (volume == Volume::kSilent) return;
  if (volume == Volume::kDebug && !log_.is_enabled(LogLevel::kDebug)) return;
  const std::string message = "raft " + std::string(raft::to_string(event.kind));
  const std::string peer = event.peer ? std::to_string(event.peer->node.value) : "-";
  const std::initializer_list<Field> fields = {{"term", event.term.value},
                                               {"raft_role", raft::to_string(event.role)},
                                               {"peer", peer},
                                               {"last_index", event.last.index.value},
                                               {"commit", event.commit.value},
                                               {"why", event.detail}};
  if (volume == Volume::kDebug) log_.debug(message, fields);
  if (volume == Volume::kInfo) log_.info(message, fields);
  if (volume == Volume::kError) log_.error(message, fields);
}

}  // namespace quorate::controller
