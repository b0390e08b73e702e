// Who may count on whom, and for how long (dissertation §6.4.1). lease.h says why it holds.
#include <algorithm>

#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::advance_clock(ClockTime now_ns) {
  if (options_.lease_ns == 0) return;
  clock_ = std::max(clock_, now_ns);  // a clock that goes back stands still here
  support_.on_clock(clock_);
}

// Standing for election means voting for ourselves: no more than for others while we are bound.
// The leader that we are bound to can free us, by asking us to take over.
bool Replica::may_stand() const {
  return can_campaign() && !support_.is_bound();
}

std::uint64_t Replica::lease_to_ask(const Leader& leader) const {
  return leader.lease.is_given_up() || !support_.has_clock() ? 0 : options_.lease_ns;
}

// Whoever promises more than it was asked for is taken at what it was asked for.
void Replica::note_support(const Leader& leader, Peer& peer, const HeartbeatResult& result) {
  const auto sent = leader.lease.sent_at(result.round);
  if (!sent) return;
  const std::uint64_t promised = std::min(result.promised_ns, options_.lease_ns);
  const ClockTime until = *sent + lease_worth(promised, options_.clock_drift_ppm);
  peer.supports_until = std::max(peer.supports_until, until);
}

// So long nobody else can lead, nor have led since our last entry was committed; 0: we do not know.
// Both halves of a joint membership have to support us (P71), and before an entry of our own term
// is committed our commit index says nothing (P93).
std::uint64_t Replica::lease_left_ns(const Leader& leader) const {
  if (lease_to_ask(leader) == 0) return 0;
  if (log_.commit() < leader.first_own) return 0;
  const ClockTime until = leader.replication.quorum_support(membership(), options_.self);
  return until > clock_ ? std::min(until - clock_, options_.lease_ns) : 0;
}

}  // namespace quorate::raft
