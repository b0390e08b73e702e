// Whether nothing is left to do here: a driver with many groups may then let time stand still for
// this one (raft/host). It changes nothing, and no rule of this class rests on it: a replica whose
// ticks stop is one whose process was stopped for a while.
#include <algorithm>

#include "raft/core/replica.h"

namespace quorate::raft {

bool Replica::can_rest() const {
  if (is_stopped_ || storage_ != StorageHealth::kHealthy || has_ready()) return false;
  if (!promises_.empty() || !proposals_.empty() || !changes_.empty()) return false;
  if (!awaited_.empty()) return false;  // their time goes on
  if (durable_seq_ + 1 != next_seq_) return false;
  const Index last = log_.last().index;
  if (log_.commit() != last || log_.applied() != last || log_.is_applying()) return false;
  if (!is_membership_committed() || membership().is_joint()) return false;
  if (const auto* leader = std::get_if<Leader>(&role_)) return can_rest(*leader);
  const auto* follower = std::get_if<Follower>(&role_);
  return follower != nullptr && follower->leader && follower->reads.size() == 0 &&
         follower->forwards.entries() == 0 && !follower->receiving;
}

// Everyone holds everything, knows that it is committed, and was heard a short while ago.
bool Replica::can_rest(const Leader& leader) const {
  if (leader.transfer || leader.promotion || leader.reads.size() > 0) return false;
  if (!membership().is_voter(options_.self) || preferred(leader) != nullptr) return false;
  const Index last = log_.last().index;
  const auto& peers = leader.replication.peers();
  return std::all_of(peers.begin(), peers.end(), [&](const Peer& peer) {
    return peer.has_answered && now_ - peer.contact_at < options_.election_timeout_ticks &&
           peer.progress.state() == Progress::State::kReplicate && peer.progress.is_trusted() &&
           peer.progress.match() == last && peer.progress.in_flight() == 0 &&
           peer.commit_told == last && !peer.is_fetching && !peer.sending && !peer.leaving;
  });
}

}  // namespace quorate::raft
