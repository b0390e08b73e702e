// The log begins behind what a snapshot covers (§7).
#include <algorithm>

#include "raft/core/replica.h"

namespace quorate::raft {

// Term and membership at the new base are those of *its* index (P68, P83): the log's own history
// knows them, whatever has been appended since.
void Replica::compact(Index up_to) {
  if (is_stopped_ || log_.is_restoring()) return;
  up_to = std::min(up_to, log_.applied());
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    for (const Peer& peer : leader->replication.peers()) {
      if (!peer.sending || !peer.sending->meta()) continue;
      // The peer will go on behind the snapshot that it is being sent (P91).
      const Index sent = peer.sending->meta()->last.index;
      const bool is_pinned =
          log_.applied().value - sent.value <= options_.snapshot_pinned_entries_max;
      if (is_pinned) up_to = std::min(up_to, sent);
    }
  }
  if (up_to <= log_.snapshot().index) return;
  const std::uint64_t count = up_to.value - log_.snapshot().index.value;
  log_.compact(up_to);
  emit(EventKind::kLogCompacted, "").count = count;
}

}  // namespace quorate::raft
