// What the raft loop passes between the core and the snapshot thread.
#include <utility>

#include "raft/server/raft_loop.h"
#include "raft/server/recorded_core.h"

namespace quorate::raft {

// Without a snapshot thread there is nothing to send, and nothing can be taken.
void RaftLoop::carry_out_snapshots(Ready& ready) {
  Snapshotter* const snapshotter = parts_.snapshotter;
  for (const SnapshotTransfer& done : ready.snapshots_done) {
    if (snapshotter != nullptr) snapshotter->release(done);
  }
  for (const SnapshotRequest& request : ready.snapshots) {
    if (snapshotter != nullptr) snapshotter->read(request);
    if (snapshotter == nullptr) core_->snapshot_unread(request.transfer);
  }
  for (SnapshotPiece& piece : ready.snapshots_received) {
    if (snapshotter == nullptr) {
      core_->snapshot_refused(piece.transfer);
    } else {
      snapshotter->write(std::move(piece));
    }
  }
}

void RaftLoop::take(const inbox::SnapshotTaken& item) {
  emit_own(EventKind::kSnapshotTaken, item.last.value, "");
  const std::uint64_t trailing = options_.snapshot_trailing_entries;
  if (item.last.value > trailing) core_->compact(Index{item.last.value - trailing});
}

void RaftLoop::take(const inbox::SnapshotFailed& item) {
  emit_own(EventKind::kSnapshotFailed, 0, item.reason.message());
}

void RaftLoop::take(inbox::SnapshotRead& item) {
  core_->snapshot_read(std::move(item.piece));
}

void RaftLoop::take(const inbox::SnapshotReport& item) {
  switch (item.step) {
    case inbox::SnapshotStep::kUnread: return core_->snapshot_unread(item.transfer);
    case inbox::SnapshotStep::kReceived: return core_->snapshot_received(item.transfer, item.held);
    case inbox::SnapshotStep::kVerified: return core_->snapshot_verified(item.transfer);
    case inbox::SnapshotStep::kRefused: return core_->snapshot_refused(item.transfer);
  }
}

// Of what happened beside the core.
void RaftLoop::emit_own(EventKind kind, std::uint64_t count, const std::string& detail) {
  if (parts_.events == nullptr) return;
  const CoreStatus status = core_->status();
  parts_.events->on_event(options_.core,
                          Event{.kind = kind,
                                .role = status.role,
                                .term = status.term,
                                .commit = status.commit,
                                .last = status.last,
                                .count = count,
                                .detail = detail});
}

}  // namespace quorate::raft
