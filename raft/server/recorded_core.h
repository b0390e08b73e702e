// RecordedCore: a Consensus whose inputs a FlightRecorder sees, where there is one.
//
// The seam between server and core: every input passes here and nowhere else. The meaning of each
// is in consensus.h.
// Owner: RaftLoop. Thread: the raft thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "raft/core/consensus.h"
#include "raft/server/flight_recorder.h"

namespace quorate::raft {

class RecordedCore {
 public:
  // `recording_bytes_max` 0: nothing is recorded.
  RecordedCore(const Options& options,
               std::unique_ptr<Consensus> core,
               std::size_t recording_bytes_max)
      : core_(std::move(core)), has_leases_(options.lease_ns > 0) {
    if (recording_bytes_max > 0) recorder_.emplace(options, recording_bytes_max);
    if (recorder_) recorder_->begin(*core_);
  }

  // --- inputs ---
  void advance_clock(ClockTime now_ns) {
    if (has_leases_) note(FlightKind::kAdvanceClock, now_ns);  // no input without them
    core_->advance_clock(now_ns);
  }
  void tick() {
    note(FlightKind::kTick);
    core_->tick();
  }
  void step(Message message) {
    note(FlightKind::kStep, message);
    core_->step(std::move(message));
  }
  void propose(Proposal proposal) {
    note(FlightKind::kPropose, proposal);
    core_->propose(std::move(proposal));
  }
  void read(ReadToken token, ReadMode mode) {
    note(FlightKind::kRead, token, mode);
    core_->read(token, mode);
  }
  void read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks) {
    note(FlightKind::kReadAtLeast, token, at, ticks);
    core_->read_at_least(token, at, ticks);
  }
  void change_membership(const MembershipChange& change) {
    note(FlightKind::kChangeMembership, change);
    core_->change_membership(change);
  }
  void transfer(NodeId target) {
    note(FlightKind::kTransfer, target);
    core_->transfer(target);
  }
  void transfer_to_best() {
    note(FlightKind::kTransferToBest);
    core_->transfer_to_best();
  }
  void campaign() {
    note(FlightKind::kCampaign);
    core_->campaign();
  }
  void step_down() {
    note(FlightKind::kStepDown);
    core_->step_down();
  }
  void persisted(std::uint64_t seq) {
    note(FlightKind::kPersisted, seq);
    core_->persisted(seq);
  }
  void applied(Index index) {
    note(FlightKind::kApplied, index);
    core_->applied(index);
  }
  void entries_fetched(const ReplicaId& peer, Index first, std::vector<Entry> entries) {
    note(FlightKind::kEntriesFetched, peer, first, entries);
    core_->entries_fetched(peer, first, std::move(entries));
  }
  void peer_lost(const ReplicaId& peer, PeerLoss loss) {
    note(FlightKind::kPeerLost, peer, loss);
    core_->peer_lost(peer, loss);
  }
  void compact(Index up_to) {
    note(FlightKind::kCompact, up_to);
    core_->compact(up_to);
  }
  void snapshot_read(SnapshotPiece piece) {
    note(FlightKind::kSnapshotRead, piece);
    core_->snapshot_read(std::move(piece));
  }
  void snapshot_unread(const SnapshotTransfer& transfer) {
    note(FlightKind::kSnapshotUnread, transfer);
    core_->snapshot_unread(transfer);
  }
  void snapshot_received(const SnapshotTransfer& transfer, std::uint64_t next_offset) {
    note(FlightKind::kSnapshotReceived, transfer, next_offset);
    core_->snapshot_received(transfer, next_offset);
  }
  void snapshot_verified(const SnapshotTransfer& transfer) {
    note(FlightKind::kSnapshotVerified, transfer);
    core_->snapshot_verified(transfer);
  }
  void snapshot_refused(const SnapshotTransfer& transfer) {
    note(FlightKind::kSnapshotRefused, transfer);
    core_->snapshot_refused(transfer);
  }
  void storage_health(StorageHealth health) {
    note(FlightKind::kStorageHealth, health);
    core_->storage_health(health);
  }

  // --- output ---
  [[nodiscard]] bool has_ready() const { return core_->has_ready(); }
  [[nodiscard]] Ready take_ready() {
    Ready ready = core_->take_ready();
    if (recorder_) {
      recorder_->output(ready);
      if (!core_->has_ready()) recorder_->settle(*core_);
    }
    return ready;
  }

  // --- queries ---
  [[nodiscard]] CoreStatus status() const { return core_->status(); }
  [[nodiscard]] Role role() const { return core_->role(); }
  [[nodiscard]] Term term() const { return core_->term(); }
  [[nodiscard]] bool is_applied_awaited() const { return core_->is_applied_awaited(); }
  [[nodiscard]] bool can_rest() const { return core_->can_rest(); }
  [[nodiscard]] std::uint64_t quiet_ticks() const { return core_->quiet_ticks(); }
  [[nodiscard]] Index commit_index() const { return core_->commit_index(); }

  // Drains what the core has ready, unseen by anybody, where there is something: for the end of a
  // server. Nothing when nothing is recorded.
  [[nodiscard]] std::optional<std::string> recording() {
    if (!recorder_) return std::nullopt;
    while (core_->has_ready())
      static_cast<void>(take_ready());
    return recorder_->recording(*core_);
  }

 private:
  template <typename... Fields>
  void note(FlightKind kind, const Fields&... fields) {
    if (recorder_) recorder_->input(kind, fields...);
  }

  std::unique_ptr<Consensus> core_;
  bool has_leases_;
  std::optional<FlightRecorder> recorder_;
};

}  // namespace quorate::raft
