// The part of SimReplica that takes, sends, receives and restores snapshots, as the snapshot thread
// of raft/server does: one job behind the other, each taking its time.
#include <algorithm>
#include <utility>

#include "raft/server/restore.h"
#include "raft/testing/evidence.h"
#include "raft/testing/sim_replica.h"

namespace quorate::raft::testing {

// Opens what is there and brings the state machine to where the log can go on, by the server's own
// rule. False: it cannot.
bool SimReplica::start_state(const Recovered& recovered) {
  const Status opened = snapshots_->open();
  if (!opened.is_ok()) {
    world_.checker.fail("D8", evidence('n', id_.node, ": ", opened));
    return false;
  }
  const std::size_t there = snapshots_->store().list().size();
  const Index before = state_->applied();
  const auto applied = restore_at_start(snapshots_->store(), *state_, recovered, before);
  if (!applied.is_ok()) {
    world_.checker.fail("P12", evidence('n', id_.node, ": ", applied.status()));
    return false;
  }
  if (state_->applied() != before) world_.states.saw(RareState::kStartedFromSnapshot);
  if (snapshots_->store().list().size() < there) {
    world_.states.saw(RareState::kUncoveredSnapshotRemoved);
  }
  world_.checker.on_state(id_.node, state_->applied(), state_->hash());
  membership_ = membership_at(recovered, state_->applied());
  applied_id_ = {};
  next_snapshot_ = draw_next_snapshot();
  return true;
}

// In the order in which they were asked for.
void SimReplica::disk_job(std::function<void()> job) {
  const SimTime lasts =
      is_healed_ ? random_.between(10, kMillisecond)
                 : random_.between(10, std::max<SimTime>(world_.options.snapshot.job_max, 10));
  jobs_done_at_ = std::max(jobs_done_at_, world_.heap.now()) + lasts;
  after(jobs_done_at_ - world_.heap.now(), std::move(job));
}

void SimReplica::tell_core(std::function<void()> step) {
  input([this] { world_.checker.on_input(id_.node); }, std::move(step));
}

// The disk stops in the middle of what comes now, and the process with it.
void SimReplica::draw_torn_write() {
  if (is_healed_ || !random_.chance(world_.options.snapshot.torn_permille, 1000)) return;
  snapshots_->stop_within(random_.below(12));
}

bool SimReplica::survived_write(const Status& status) {
  if (status.code() != Code::kIoError) {
    snapshots_->stop_never();
    return true;
  }
  world_.states.saw(RareState::kSnapshotTorn);
  crash();
  return false;
}

// --- taking ---

Index SimReplica::draw_next_snapshot() {
  return {applied().value + random_.between(1, 2 * world_.options.snapshot.every_entries + 1)};
}

void SimReplica::take_snapshot_when_due() {
  const std::uint64_t every = world_.options.snapshot.every_entries;
  if (every == 0 || is_taking_ || applied_id_.index.value < next_snapshot_.value) return;
  if (membership_.voters.empty()) {  // as raft/server: it could not say whose state that is
    world_.states.saw(RareState::kSnapshotBeforeMembership);
    return;
  }
  is_taking_ = true;
  next_snapshot_ = draw_next_snapshot();
  const std::shared_ptr<SnapshotSource> content = state_->snapshot();
  disk_job([this, content, place = SnapshotMeta{applied_id_, membership_}] {
    is_taking_ = false;
    draw_torn_write();
    const auto taken = snapshots_->store().take(place, *content);
    if (!survived_write(taken.status())) return;
    if (!taken.is_ok()) return world_.checker.fail("D8", evidence(taken.status()));
    world_.checker.on_snapshot(id_.node, *taken);
    if (!survived_write(snapshots_->store().collect(taken->last.index))) return;
    const std::uint64_t trailing = random_.between(0, world_.options.snapshot.trailing_entries_max);
    if (taken->last.index.value <= trailing) return;
    const Index up_to{taken->last.index.value - trailing};
    tell_core([this, up_to] { core_->compact(up_to); });
  });
}

// --- sending and receiving ---

void SimReplica::carry_out_snapshots(Ready& ready) {
  if (ready.restore) begin_restore(*ready.restore);
  for (const SnapshotTransfer& done : ready.snapshots_done)
    snapshots_->release(done);
  for (const SnapshotRequest& request : ready.snapshots)
    disk_job([this, request] { read_piece(request); });
  for (const SnapshotPiece& piece : ready.snapshots_received)
    disk_job([this, piece] { write_piece(piece); });
}

void SimReplica::read_piece(const SnapshotRequest& request) {
  const std::optional<SnapshotPiece> piece = snapshots_->read(request);
  if (!piece) {
    return tell_core([this, request] { core_->snapshot_unread(request.transfer); });
  }
  world_.states.saw(RareState::kSnapshotPieceRead);
  tell_core([this, piece = *piece] { core_->snapshot_read(piece); });
}

void SimReplica::write_piece(const SnapshotPiece& piece) {
  draw_torn_write();
  const auto held = snapshots_->store().receive(piece.meta, piece.offset, piece.bytes.view());
  if (!survived_write(held.status())) return;
  if (!held.is_ok()) return world_.checker.fail("D8", evidence(held.status()));
  if (*held > piece.offset + piece.bytes.size()) world_.states.saw(RareState::kTransferResumed);
  tell_core([this, transfer = piece.transfer, held = *held] {
    core_->snapshot_received(transfer, held);
  });
  if (*held < piece.meta.bytes || !is_up()) return;
  const Status finished = snapshots_->store().finish(piece.meta);
  if (!survived_write(finished)) return;
  if (!finished.is_ok()) {  // a whole one that is not what was announced: a mix of two
    return world_.checker.fail("P86", evidence('n', id_.node, ": ", finished));
  }
  world_.checker.on_snapshot(id_.node, piece.meta);
  tell_core([this, transfer = piece.transfer] { core_->snapshot_verified(transfer); });
}

// --- restoring ---

void SimReplica::begin_restore(const SnapshotMeta& meta) {
  if (is_applying_ || !to_apply_.empty()) {
    return world_.checker.fail("P88", evidence('n', id_.node, " restores while it applies"));
  }
  is_applying_ = true;
  const SimTime lasts_max = is_healed_ ? 100 * kMicrosecond : world_.options.apply_max;
  after(random_.between(10, lasts_max),
        [this, meta] { tell_core([this, meta] { finish_restore(meta); }); });
}

void SimReplica::finish_restore(const SnapshotMeta& meta) {
  is_applying_ = false;
  const Status restored = restore_machine(snapshots_->store(), *state_, meta.last);
  if (!restored.is_ok()) {
    return world_.checker.fail("R20", evidence('n', id_.node, " cannot restore: ", restored));
  }
  world_.states.saw(RareState::kSnapshotRestored);
  world_.checker.on_restored(id_.node, meta);
  world_.checker.on_state(id_.node, state_->applied(), state_->hash());
  applied_id_ = meta.last;
  membership_ = meta.membership;
  next_snapshot_ = draw_next_snapshot();
  if (!survived_write(snapshots_->store().collect(meta.last.index))) return;
  core_->applied(meta.last.index);
  serve_reads();
  begin_apply();
}

}  // namespace quorate::raft::testing
