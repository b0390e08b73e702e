// A replica as seen from outside: for people, tests and metrics.
#include <sstream>

#include "raft/core/replica.h"

namespace quorate::raft {

CoreStatus Replica::status() const {
  CoreStatus status;
  status.self = options_.self;
  status.role = role();
  status.term = term();
  status.voted_for = hard_state_.voted_for;
  status.last = log_.last();
  status.persisted = log_.persisted();
  status.commit = log_.commit();
  status.applied = log_.applied();
  status.first = log_.first();
  status.uncommitted_bytes = proposals_.uncommitted_bytes();
  status.messages_ignored = messages_ignored_;
  status.stopped = is_stopped_;
  status.membership = membership();
  if (const auto* follower = std::get_if<Follower>(&role_)) status.leader = follower->leader;
  if (const auto* leader = std::get_if<Leader>(&role_)) {
    status.leader = options_.self;
    for (const Peer& peer : leader->replication.peers()) {
      status.peers.push_back({peer.id,
                              peer.progress.match(),
                              peer.progress.next(),
                              to_string(peer.progress.state()),
                              now_ - peer.contact_at});
    }
  }
  return status;
}

std::string Replica::describe() const {
  std::ostringstream out;
  out << role() << " term=" << term();
  if (log_.snapshot().index.value > 0) out << " snapshot=" << log_.snapshot();
  out << " log=";
  std::string_view separator;
  for (const TermRun& run : log_.terms().runs()) {
    out << separator << run.first << ':' << run.term;
    separator = " ";
  }
  out << " last=" << log_.last().index << " commit=" << log_.commit()
      << " applied=" << log_.applied();
  return out.str();
}

}  // namespace quorate::raft
