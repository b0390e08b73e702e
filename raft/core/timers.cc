// Ticks, and hints about time: the only places where waiting ends.
#include <algorithm>
#include <limits>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {
namespace {

constexpr std::uint32_t kGoneAsks = 4;

}  // namespace

void Replica::tick() {
  if (is_stopped_) return;
  ++now_;
  expire_awaited();
  if (auto* leader = std::get_if<Leader>(&role_)) {
    tick_leader(*leader);
  } else {
    tick_follower();
  }
}

// After a transfer that failed the next is not tried before so many election timeouts.
constexpr std::uint64_t kRestTimeouts = 10;

void Replica::tick_leader(Leader& leader) {
  // Check-quorum (§6 and dissertation §6.2): a leader that cannot be heard makes way.
  const std::uint64_t window = options_.election_timeout_ticks;
  if (now_ >= window &&
      !leader.replication.has_contact(membership(), options_.self, now_ - window + 1)) {
    return become_follower("no quorum", Timer::kReset);
  }
  if (leader.transfer && now_ >= leader.transfer->deadline) {
    emit(EventKind::kTransfer, "expired").peer = leader.transfer->target;
    leader.hand_over_at = now_ + kRestTimeouts * options_.election_timeout_ticks;
    leader.transfer.reset();  // service is restored in the same term (P103)
    // ... but for a leader that has no vote any more: it has done what it could (P73).
    if (!membership().is_voter(options_.self)) {
      return become_follower("no voter any more", Timer::kReset);
    }
  }
  hand_over(leader);
  expire_promotion(leader);
  if (leader.promotion) is_flush_due_ = true;
  if (now_ >= leader.heartbeat_at) is_flush_due_ = true;
}

void Replica::tick_follower() {
  if (auto* follower = std::get_if<Follower>(&role_)) {
    refuse_reads(follower->reads.expire(now_), Code::kUnavailable, "the leader did not answer");
    end_forwards(follower->forwards.expire(now_));
  }
  give_up_waiting();
  if (now_ < election_at_ || !can_campaign()) return;
  if (may_stand()) return become_pre_candidate("timeout");
  // What we promised, others promised at nearly the same moment: be not the first to forget it.
  election_at_ = now_ + 1 + random_.between(0, options_.leader_gone_jitter_ticks);
}

// Exact where it matters, that is where nothing happens: whoever waits for anything with a time of
// its own is asked tick by tick.
std::uint64_t Replica::quiet_ticks() const {
  constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();
  if (is_stopped_) return kForever;
  if (!awaited_.empty()) return 0;
  if (const auto* leader = std::get_if<Leader>(&role_)) return quiet_ticks(*leader);
  if (!proposals_.empty() || !changes_.empty()) return 0;
  if (const auto* follower = std::get_if<Follower>(&role_)) {
    if (follower->reads.size() > 0 || follower->forwards.entries() > 0) return 0;
  }
  if (!can_campaign()) return kForever;
  return election_at_ > now_ ? election_at_ - now_ - 1 : 0;
}

// Up to the next heartbeats, if the quorum is near until then.
std::uint64_t Replica::quiet_ticks(const Leader& leader) const {
  if (leader.transfer || leader.promotion || leader.heartbeat_at <= now_) return 0;
  const std::uint64_t last = leader.heartbeat_at - 1;
  const std::uint64_t window = options_.election_timeout_ticks;
  if (last >= window &&
      !leader.replication.has_contact(membership(), options_.self, last - window + 1)) {
    return 0;
  }
  const auto& peers = leader.replication.peers();
  const bool has_heir = std::any_of(peers.begin(), peers.end(), [&](const Peer& peer) {
    return peer.priority > options_.priority;
  });
  return has_heir ? 0 : last - now_;
}

// What waits for the log is decided by leaders. A replica that none speaks to, perhaps because it
// was removed while it could not hear so, must not let its clients wait for ever (P65).
void Replica::give_up_waiting() {
  constexpr std::uint64_t kTimeoutsMax = 10;
  if (proposals_.empty() && changes_.empty()) return;
  if (now_ - guided_at_ < kTimeoutsMax * options_.election_timeout_ticks) return;
  abandon_pending("no leader was heard for ten election timeouts");
}

// A new random timeout from now on (§5.2). Whoever is behind the heir takes the next window.
void Replica::reset_election_timer() {
  election_at_ =
      now_ + options_.election_timeout_ticks + random_.below(options_.election_jitter_ticks);
  if (is_behind_heir()) election_at_ += options_.election_jitter_ticks;
  QUORATE_CHECK(election_at_ > now_);
}

void Replica::set_first_election_timer() {
  reset_election_timer();
  if (options_.first_election_heartbeats == 0) return;
  const std::uint64_t wait =
      std::uint64_t{options_.first_election_heartbeats} * options_.heartbeat_ticks;
  election_at_ = now_ + random_.between(wait, 2 * wait - 1);
}

// Stickiness (§6): whoever leads, or heard a leader within the minimum election timeout, helps
// nobody to replace it. Check-quorum keeps a leader from being sticky for ever.
bool Replica::is_leader_near() const {
  if (role() == Role::kLeader) return true;
  return leader_contact_ && now_ - *leader_contact_ < options_.election_timeout_ticks;
}

// Once a leader's process is gone, a question is asked again after 2, 4, 8 and 16 ticks. The others
// may learn of it a moment after us and still refuse, and whoever of them asks then may lack
// entries that we have: if nobody asked again, that death would cost an election timeout.
void Replica::hasten_next_ask() {
  if (gone_asks_left_ == 0) return;
  const std::uint64_t wait = std::uint64_t{2} << (kGoneAsks - gone_asks_left_);
  --gone_asks_left_;
  election_at_ =
      std::min(election_at_, now_ + wait + random_.between(0, options_.leader_gone_jitter_ticks));
}

void Replica::campaign() {
  if (role() == Role::kLeader || !may_stand()) return;
  become_pre_candidate("asked to");
}

void Replica::step_down() {
  if (role() == Role::kLeader) become_follower("asked to", Timer::kReset);
}

void Replica::storage_health(StorageHealth health) {
  if (is_stopped_ || health == storage_) return;
  storage_ = health;
  switch (health) {
    case StorageHealth::kHealthy: emit(EventKind::kStorageHealth, "healthy"); break;
    case StorageHealth::kSlow: emit(EventKind::kStorageHealth, "slow"); break;
    case StorageHealth::kHung:
      emit(EventKind::kStorageHealth, "hung");
      // Heartbeats would go on and hide that nothing can be written any more (P105).
      if (role() == Role::kLeader) become_follower("disk hung", Timer::kReset);
      break;
  }
}

void Replica::peer_lost(const ReplicaId& replica, PeerLoss loss) {
  if (is_stopped_) return;
  if (auto* leader = std::get_if<Leader>(&role_)) {
    Peer* peer = leader->replication.find(replica);
    if (peer == nullptr) return;
    const auto before = peer->progress.state();
    peer->progress.on_lost();
    if (peer->sending) peer->sending->on_lost(now_);
    note_peer_state(*peer, before);
    is_flush_due_ = true;
    return;
  }
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || follower->leader != replica) return;
  // What was on its way to the leader, or back, may be lost.
  refuse_reads(follower->reads.drain(), Code::kUnavailable, "connection to the leader lost");
  if (loss != PeerLoss::kProcessGone) return;
  // Nobody can lead from there: stop believing, and ask the others soon. A real leader that is
  // only unreachable from here keeps the others' contact, and they refuse the pre-vote.
  forget_leader("process gone");
  leader_contact_.reset();
  gone_asks_left_ = kGoneAsks;
  const std::uint64_t window = options_.leader_gone_jitter_ticks;
  const std::uint64_t wait = random_.between(0, window) + (is_behind_heir() ? window + 1 : 0);
  election_at_ = std::min(election_at_, now_ + wait);
  if (wait == 0 && may_stand()) become_pre_candidate("leader's process gone");
}

}  // namespace quorate::raft
