#include "raft/core/replication.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "raft/base/check.h"
#include "raft/core/quorum.h"

namespace quorate::raft {

Replication::Replication(const Membership& membership,
                         const ReplicaId& self,
                         Progress::Limits limits,
                         const Since& since)
    : self_(self), limits_(limits) {
  for (const ReplicaId& member : membership.all()) {
    if (member != self_) add(member, since);
  }
}

void Replication::add(const ReplicaId& member, const Since& since) {
  QUORATE_CHECK(find(member) == nullptr);  // I1
  Peer peer{.id = member,
            .progress = Progress(since.last, limits_, last_request_),
            .contact_at = since.now,
            .acked_round = since.round};
  const auto behind = std::find_if(
      peers_.begin(), peers_.end(), [&](const Peer& each) { return member < each.id; });
  peers_.insert(behind, std::move(peer));
}

void Replication::reconfigure(const Membership& membership,
                              Index entry,
                              const Since& since,
                              std::uint64_t leave_by) {
  for (Peer& peer : peers_) {
    if (membership.contains(peer.id)) {
      peer.leaving.reset();
    } else if (!peer.leaving) {
      peer.leaving = Leaving{entry, leave_by};
    }
  }
  for (const ReplicaId& member : membership.all()) {
    if (member != self_ && find(member) == nullptr) add(member, since);
  }
}

std::vector<Peer> Replication::release_removed(std::uint64_t now) {
  const auto stays = [&](const Peer& peer) {
    if (!peer.leaving) return true;
    const bool has_heard =
        peer.progress.match() >= peer.leaving->told_by && peer.commit_told >= peer.leaving->told_by;
    return !has_heard && now < peer.leaving->deadline &&
           peer.progress.state() != Progress::State::kSnapshot;
  };
  const auto first_gone = std::stable_partition(peers_.begin(), peers_.end(), stays);
  std::vector<Peer> gone(std::make_move_iterator(first_gone),
                         std::make_move_iterator(peers_.end()));
  peers_.erase(first_gone, peers_.end());
  return gone;
}

Peer* Replication::find(const ReplicaId& replica) {
  const auto peer = std::find_if(
      peers_.begin(), peers_.end(), [&](const Peer& each) { return each.id == replica; });
  return peer == peers_.end() ? nullptr : &*peer;
}

const Peer* Replication::find(const ReplicaId& replica) const {
  const auto peer = std::find_if(
      peers_.begin(), peers_.end(), [&](const Peer& each) { return each.id == replica; });
  return peer == peers_.end() ? nullptr : &*peer;
}

Index Replication::quorum_match(const Membership& membership, const OwnShare& own) const {
  return quorum_index(membership, [&](const ReplicaId& voter) {
    if (voter == own.id) return own.persisted;
    const Peer* peer = find(voter);
    QUORATE_CHECK(peer != nullptr);                                          // I1
    return peer->progress.is_trusted() ? peer->progress.match() : Index{0};  // I2
  });
}

std::uint64_t Replication::quorum_round(const Membership& membership,
                                        const ReplicaId& self,
                                        std::uint64_t own_round) const {
  const Index round = quorum_index(membership, [&](const ReplicaId& voter) {
    if (voter == self) return Index{own_round};
    const Peer* peer = find(voter);
    QUORATE_CHECK(peer != nullptr);                                            // I1
    return peer->progress.is_trusted() ? Index{peer->acked_round} : Index{0};  // I2
  });
  return round.value;
}

ClockTime Replication::quorum_support(const Membership& membership, const ReplicaId& self) const {
  const Index until = quorum_index(membership, [&](const ReplicaId& voter) {
    if (voter == self) return Index{std::numeric_limits<std::uint64_t>::max()};
    const Peer* peer = find(voter);
    QUORATE_CHECK(peer != nullptr);                                               // I1
    return peer->progress.is_trusted() ? Index{peer->supports_until} : Index{0};  // I2
  });
  return until.value;
}

bool Replication::has_contact(const Membership& membership,
                              const ReplicaId& self,
                              std::uint64_t since) const {
  return is_quorum(membership, [&](const ReplicaId& voter) {
    if (voter == self) return true;
    const Peer* peer = find(voter);
    QUORATE_CHECK(peer != nullptr);  // I1
    return peer->progress.is_trusted() && peer->contact_at >= since;
  });
}

}  // namespace quorate::raft
