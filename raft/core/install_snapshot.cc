// Figure 13, the receiver: chunks go to the driver, which holds and verifies the content; a whole
// one replaces log, membership and state machine in one transition.
//
//   chunk -> received ... -> verified -> (nothing being applied) -> install -> durable -> restore
//
// Until `restore` is reported applied this replica neither applies, campaigns nor serves reads
// (P88); it still votes, by the log that it then has.
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::on(const Message& message, InstallSnapshot& request) {
  if (!follow(message.from)) return;
  const SnapshotTransfer transfer{message.from, term(), request.transfer};
  if (request.meta.last.index <= log_.commit()) return answer_covered(transfer, request.meta.last);

  std::optional<SnapshotReceiving>& current = std::get<Follower>(role_).receiving;
  if (current && request.transfer < current->transfer.number) {
    return ignore(message, IgnoreReason::kStaleTransfer);  // P86
  }
  if (!current || current->transfer != transfer) {
    current = SnapshotReceiving{transfer, request.meta, std::nullopt, 0, false};
    emit(EventKind::kSnapshotTransfer, "receiving").peer = message.from;
  }
  if (request.meta != current->meta) return ignore(message, IgnoreReason::kAbsurd);
  const bool is_known =
      current->held && current->at_driver == 0 && request.offset != *current->held;
  if (is_known || current->is_verified) {
    return send(message.from,
                InstallSnapshotResult{.outcome = InstallSnapshotResult::Outcome::kContinue,
                                      .transfer = request.transfer,
                                      .next_offset = current->held.value_or(0)});
  }
  if (current->at_driver >= options_.snapshot_chunks_in_flight_max) {
    return ignore(message, IgnoreReason::kSnapshotBusy);
  }
  ++current->at_driver;
  ready_.snapshots_received.push_back(
      {transfer, request.meta, request.offset, std::move(request.chunk)});
}

// What the snapshot covers is committed here already: it is answered as matching, as soon as that
// is durable, and never installed. One that says otherwise proves a broken group (P85).
void Replica::answer_covered(const SnapshotTransfer& transfer, const LogId& last) {
  const auto ours = log_.term_at(last.index);
  if (ours && *ours != last.term) return violate("a snapshot contradicts a committed entry");
  send_when_durable(transfer.peer,
                    InstallSnapshotResult{.outcome = InstallSnapshotResult::Outcome::kInstalled,
                                          .transfer = transfer.number,
                                          .last = last.index},
                    log_.seq_covering(last.index, next_seq_));
}

// Null: it is no longer on its way; a new leader, or the same one, begins another.
SnapshotReceiving* Replica::receiving(const SnapshotTransfer& transfer) {
  auto* follower = std::get_if<Follower>(&role_);
  if (is_stopped_ || follower == nullptr || !follower->receiving) return nullptr;
  return follower->receiving->transfer == transfer ? &*follower->receiving : nullptr;
}

void Replica::snapshot_received(const SnapshotTransfer& transfer, std::uint64_t next_offset) {
  SnapshotReceiving* current = receiving(transfer);
  if (current == nullptr || current->at_driver == 0) return;
  --current->at_driver;
  current->held = next_offset;
  send(transfer.peer,
       InstallSnapshotResult{.outcome = InstallSnapshotResult::Outcome::kContinue,
                             .transfer = transfer.number,
                             .next_offset = next_offset});
}

void Replica::snapshot_refused(const SnapshotTransfer& transfer) {
  if (receiving(transfer) == nullptr) return;
  std::get<Follower>(role_).receiving.reset();
  emit(EventKind::kSnapshotTransfer, "refused").peer = transfer.peer;
  send(transfer.peer,
       InstallSnapshotResult{.outcome = InstallSnapshotResult::Outcome::kRefused,
                             .transfer = transfer.number});
}

void Replica::snapshot_verified(const SnapshotTransfer& transfer) {
  SnapshotReceiving* current = receiving(transfer);
  if (current == nullptr) return;
  current->is_verified = true;
  install_when_idle();
}

bool Replica::is_install_due() const {
  const auto* follower = std::get_if<Follower>(&role_);
  return follower != nullptr && follower->receiving && follower->receiving->is_verified;
}

// What was handed out to be applied may be read from a log that the snapshot replaces: it is
// finished first, and nothing new is handed out meanwhile.
void Replica::install_when_idle() {
  if (is_stopped_ || !is_install_due() || log_.is_applying()) return;
  const SnapshotReceiving received =
      *std::exchange(std::get<Follower>(role_).receiving, std::nullopt);
  if (received.meta.last.index <= log_.commit()) {
    return answer_covered(received.transfer, received.meta.last);
  }
  install(received.meta);
  send_when_durable(received.transfer.peer,
                    InstallSnapshotResult{.outcome = InstallSnapshotResult::Outcome::kInstalled,
                                          .transfer = received.transfer.number,
                                          .last = received.meta.last.index},
                    next_seq_);
}

// Log and membership in one step (P74, P81), in one batch; the state machine follows once that is
// durable, so that it never is ahead of the log. What it covers was decided elsewhere (P65).
void Replica::install(const SnapshotMeta& meta) {
  QUORATE_CHECK(!restore_);
  log_.install(meta);
  restore_ = Restore{meta, next_seq_};
  emit(EventKind::kSnapshotInstalled, "").count = meta.last.index.value;
  note_membership();
  auto outcomes = proposals_.resolve(log_.terms(), log_.commit());
  ready_.outcomes.insert(ready_.outcomes.end(), outcomes.begin(), outcomes.end());
  resolve_changes();
  refuse_reads(
      std::get<Follower>(role_).reads.drain(), Code::kUnavailable, "a snapshot is being installed");
  is_flush_due_ = true;
}

}  // namespace quorate::raft
