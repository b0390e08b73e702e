// Snapshots (Figure 13). A snapshot that we have no need of is answered as matching; one that we
// would need is refused: this replica cannot take its content yet.
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::on(const Message& message, InstallSnapshot& request) {
  using Outcome = InstallSnapshotResult::Outcome;
  if (!follow(message.from)) return;
  const LogId last = request.meta.last;
  InstallSnapshotResult result{.outcome = Outcome::kRefused, .transfer = request.transfer};
  if (last.index <= log_.commit()) {  // P85
    const auto ours = log_.term_at(last.index);
    if (ours && *ours != last.term) return violate("a snapshot contradicts a committed entry");
    result.outcome = Outcome::kInstalled;
    result.last = last.index;
  }
  send_when_durable(message.from, result, log_.seq_covering(result.last, next_seq_));
}

void Replica::on(const Message& message, InstallSnapshotResult& result) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return ignore(message, IgnoreReason::kNotLeading);
  Peer* peer = leader->replication.find(message.from);
  if (peer == nullptr) return ignore(message, IgnoreReason::kUnknownSender);
  if (result.outcome != InstallSnapshotResult::Outcome::kInstalled) return;
  if (result.last > log_.commit()) return ignore(message, IgnoreReason::kAbsurd);
  const auto before = peer->progress.state();
  if (before != Progress::State::kSnapshot) return ignore(message, IgnoreReason::kStaleAnswer);
  peer->hear(now_);
  peer->progress.on_installed(result.last);
  note_peer_state(*peer, before);
  advance_commit();
}

}  // namespace quorate::raft
