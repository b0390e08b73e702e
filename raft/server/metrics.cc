#include "raft/server/metrics.h"

namespace quorate::raft {

MetricsSnapshot Metrics::snapshot() const {
  MetricsSnapshot copy;
  copy.leader_changes = leader_changes.value();
  copy.proposals_committed = proposals_committed.value();
  copy.proposals_applied = proposals_applied.value();
  copy.proposals_rejected = proposals_rejected.value();
  copy.proposals_unknown = proposals_unknown.value();
  copy.reads_granted = reads_granted.value();
  copy.reads_by_lease = reads_by_lease.value();
  copy.reads_refused = reads_refused.value();
  copy.requests_busy = requests_busy.value();
  copy.messages_received = messages_received.value();
  copy.messages_sent = messages_sent.value();
  copy.messages_dropped = messages_dropped.value();
  copy.entries_applied = entries_applied.value();
  copy.entries_fetched = entries_fetched.value();
  copy.turns = turns.value();
  copy.ticks_forgotten = ticks_forgotten.value();
  copy.syncs = syncs.value();
  copy.batches_persisted = batches_persisted.value();
  copy.snapshots_taken = snapshots_taken.value();
  copy.snapshots_installed = snapshots_installed.value();
  copy.snapshots_sent = snapshots_sent.value();
  copy.snapshots_failed = snapshots_failed.value();
  copy.snapshot_bytes_sent = snapshot_bytes_sent.value();
  copy.snapshot_bytes_received = snapshot_bytes_received.value();
  copy.snapshot_index = snapshot_index.load();
  copy.snapshot_bytes = snapshot_bytes.load();
  copy.commit = commit.snapshot();
  copy.sync = sync.snapshot();
  return copy;
}

}  // namespace quorate::raft
