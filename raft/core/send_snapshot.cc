// Figure 13, the leader: a peer whose next entry is compacted gets a snapshot, piece by piece.
#include <utility>

#include "raft/base/check.h"
#include "raft/base/crc32c.h"
#include "raft/core/replica.h"

namespace quorate::raft {

// The entry before the peer's next one is compacted (P60). A transfer that is under way goes on:
// the peer may only have been believed to need none.
void Replica::begin_snapshot(Leader& leader, Peer& peer) {
  const auto before = peer.progress.state();
  if (before != Progress::State::kSnapshot) peer.progress.on_compacted();
  if (!peer.sending) {
    start_sending(leader, peer, 0);
    emit(EventKind::kSnapshotTransfer, "sending").peer = peer.id;
  }
  note_peer_state(peer, before);
}

void Replica::request_pieces(Peer& peer) {
  if (peer.progress.state() != Progress::State::kSnapshot) return;
  QUORATE_CHECK(peer.sending.has_value());
  while (const auto request = peer.sending->next_request(now_))
    ready_.snapshots.push_back(*request);
}

// What is sent must lead to our log, or the peer would be no nearer to it.
bool Replica::is_fit_to_send(const SnapshotMeta& meta) const {
  return meta.last.index >= log_.snapshot().index && meta.last.index <= log_.commit() &&
         log_.holds(meta.last);
}

void Replica::snapshot_read(SnapshotPiece piece) {
  auto* leader = std::get_if<Leader>(&role_);
  Peer* peer = leader == nullptr ? nullptr : leader->replication.find(piece.transfer.peer);
  if (is_stopped_ || peer == nullptr || !peer->sending) return;
  if (peer->sending->transfer() != piece.transfer) return;
  const bool is_first = !peer->sending->meta();
  if (!peer->sending->on_read(piece) || (is_first && !is_fit_to_send(piece.meta))) {
    return retry_snapshot(*leader, *peer, "unfit");
  }
  const std::uint32_t checksum = crc32c(piece.bytes.view());
  send(peer->id,
       InstallSnapshot{.meta = std::move(piece.meta),
                       .transfer = piece.transfer.number,
                       .offset = piece.offset,
                       .chunk = std::move(piece.bytes),
                       .chunk_checksum = checksum});
  is_flush_due_ = true;
}

void Replica::snapshot_unread(const SnapshotTransfer& transfer) {
  auto* leader = std::get_if<Leader>(&role_);
  Peer* peer = leader == nullptr ? nullptr : leader->replication.find(transfer.peer);
  if (is_stopped_ || peer == nullptr || !peer->sending) return;
  if (peer->sending->transfer() == transfer) retry_snapshot(*leader, *peer, "unread");
}

// This transfer has failed: another one after a pause, which may choose a newer snapshot (P90).
void Replica::retry_snapshot(Leader& leader, Peer& peer, std::string_view why) {
  const std::uint32_t failures = peer.sending->failures() + 1;
  end_snapshot(peer);
  start_sending(leader, peer, failures);
  emit(EventKind::kSnapshotTransfer, why).peer = peer.id;
}

void Replica::start_sending(Leader& leader, Peer& peer, std::uint32_t failures) {
  const SnapshotTransfer transfer{peer.id, term(), ++leader.snapshots_begun};
  peer.sending.emplace(transfer, snapshot_limits(options_), failures, now_);
}

void Replica::end_snapshot(Peer& peer) {
  if (!peer.sending) return;
  ready_.snapshots_done.push_back(peer.sending->transfer());
  peer.sending.reset();
}

void Replica::on(const Message& message, InstallSnapshotResult& result) {
  using Outcome = InstallSnapshotResult::Outcome;
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return ignore(message, IgnoreReason::kNotLeading);
  Peer* peer = leader->replication.find(message.from);
  if (peer == nullptr) return ignore(message, IgnoreReason::kUnknownSender);
  if (!peer->sending || peer->sending->transfer().number != result.transfer) {
    return ignore(message, IgnoreReason::kStaleAnswer);
  }
  const std::optional<SnapshotMeta>& meta = peer->sending->meta();
  if (!meta) return ignore(message, IgnoreReason::kAbsurd);
  switch (result.outcome) {
    case Outcome::kContinue:
      if (!peer->sending->on_acknowledged(result.next_offset, now_)) {
        return ignore(message, IgnoreReason::kAbsurd);
      }
      break;
    case Outcome::kRefused: retry_snapshot(*leader, *peer, "refused"); break;
    case Outcome::kInstalled: {
      if (result.last != meta->last.index) return ignore(message, IgnoreReason::kAbsurd);
      const auto before = peer->progress.state();
      peer->progress.on_installed(result.last);  // of what was sent, not of what is newest (P84)
      end_snapshot(*peer);
      emit(EventKind::kSnapshotTransfer, "sent").peer = peer->id;
      note_peer_state(*peer, before);
      advance_commit();
      break;
    }
  }
  peer->hear(now_, options_.election_timeout_ticks);
  is_flush_due_ = true;
}

}  // namespace quorate::raft
