#include "raft/core/consensus.h"

#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {
namespace {

// Runs one input, and in checking builds compares the state before and after it.
template <typename Input>
void transition(Replica& replica, Input input) {
#ifdef QUORATE_CHECK_INVARIANTS
  const Moment before = replica.moment();
  input();
  replica.check_invariants(before);
#else
  static_cast<void>(replica);
  input();
#endif
}

}  // namespace

Result<std::unique_ptr<Consensus>> Consensus::create(Options options,
                                                     const Recovered& recovered,
                                                     Random random) {
  QUORATE_TRY(validate(options));
  QUORATE_TRY(validate(recovered));
  auto replica = std::make_unique<Replica>(options, recovered, random);
  return std::unique_ptr<Consensus>(new Consensus(std::move(replica)));
}

Consensus::Consensus(std::unique_ptr<Replica> replica) : replica_(std::move(replica)) {}
Consensus::~Consensus() = default;

void Consensus::advance_clock(ClockTime now_ns) {
  transition(*replica_, [&] { replica_->advance_clock(now_ns); });
}
void Consensus::tick() {
#ifdef QUORATE_CHECK_INVARIANTS
  const bool is_quiet = replica_->quiet_ticks() > 0;
  const bool had_ready = replica_->has_ready();
#endif
  transition(*replica_, [&] { replica_->tick(); });
#ifdef QUORATE_CHECK_INVARIANTS
  QUORATE_CHECK(!is_quiet || replica_->has_ready() == had_ready);
#endif
}
void Consensus::step(Message message) {
  transition(*replica_, [&] { replica_->step(std::move(message)); });
}
void Consensus::propose(Proposal proposal) {
  transition(*replica_, [&] { replica_->propose(std::move(proposal)); });
}
void Consensus::read(ReadToken token, ReadMode mode) {
  transition(*replica_, [&] { replica_->read(token, mode); });
}
void Consensus::read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks) {
  transition(*replica_, [&] { replica_->read_at_least(token, at, ticks); });
}
void Consensus::transfer(NodeId target) {
  transition(*replica_, [&] { replica_->transfer(target); });
}
void Consensus::transfer_to_best() {
  transition(*replica_, [&] { replica_->transfer_to_best(); });
}
void Consensus::change_membership(const MembershipChange& change) {
  transition(*replica_, [&] { replica_->change_membership(change); });
}
void Consensus::campaign() {
  transition(*replica_, [&] { replica_->campaign(); });
}
void Consensus::step_down() {
  transition(*replica_, [&] { replica_->step_down(); });
}
void Consensus::persisted(std::uint64_t seq) {
  transition(*replica_, [&] { replica_->persisted(seq); });
}
void Consensus::applied(Index index) {
  transition(*replica_, [&] { replica_->applied(index); });
}
void Consensus::entries_fetched(const ReplicaId& peer, Index first, std::vector<Entry> entries) {
  transition(*replica_, [&] { replica_->entries_fetched(peer, first, std::move(entries)); });
}
void Consensus::peer_lost(const ReplicaId& peer, PeerLoss loss) {
  transition(*replica_, [&] { replica_->peer_lost(peer, loss); });
}
void Consensus::compact(Index up_to) {
  transition(*replica_, [&] { replica_->compact(up_to); });
}
void Consensus::snapshot_read(SnapshotPiece piece) {
  transition(*replica_, [&] { replica_->snapshot_read(std::move(piece)); });
}
void Consensus::snapshot_unread(const SnapshotTransfer& transfer) {
  transition(*replica_, [&] { replica_->snapshot_unread(transfer); });
}
void Consensus::snapshot_received(const SnapshotTransfer& transfer, std::uint64_t next_offset) {
  transition(*replica_, [&] { replica_->snapshot_received(transfer, next_offset); });
}
void Consensus::snapshot_verified(const SnapshotTransfer& transfer) {
  transition(*replica_, [&] { replica_->snapshot_verified(transfer); });
}
void Consensus::snapshot_refused(const SnapshotTransfer& transfer) {
  transition(*replica_, [&] { replica_->snapshot_refused(transfer); });
}
void Consensus::storage_health(StorageHealth health) {
  transition(*replica_, [&] { replica_->storage_health(health); });
}

bool Consensus::has_ready() const {
  return replica_->has_ready();
}
Ready Consensus::take_ready() {
  return replica_->take_ready();
}

CoreStatus Consensus::status() const {
  return replica_->status();
}
Role Consensus::role() const {
  return replica_->role();
}
Term Consensus::term() const {
  return replica_->term();
}
bool Consensus::is_applied_awaited() const {
  return replica_->is_applied_awaited();
}
bool Consensus::can_rest() const {
  return replica_->can_rest();
}
std::uint64_t Consensus::quiet_ticks() const {
  return replica_->quiet_ticks();
}

Index Consensus::commit_index() const {
  return replica_->log().commit();
}
std::optional<Term> Consensus::term_at(Index index) const {
  return replica_->log().term_at(index);
}
std::string Consensus::describe() const {
  return replica_->describe();
}

std::unique_ptr<Consensus> Consensus::clone() const {
  return std::unique_ptr<Consensus>(new Consensus(std::make_unique<Replica>(*replica_)));
}

Fingerprint::Value Consensus::fingerprint() const {
  QUORATE_CHECK(!has_ready());
  Fingerprint fingerprint;
  fingerprint(*replica_);
  return fingerprint.value();
}

}  // namespace quorate::raft
