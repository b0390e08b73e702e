#include "raft/core/replication.h"

#include <algorithm>

#include "raft/base/check.h"
#include "raft/core/quorum.h"

namespace quorate::raft {

Replication::Replication(const Membership& membership,
                         const ReplicaId& self,
                         Index last,
                         Progress::Limits limits,
                         std::uint64_t now) {
  for (const ReplicaId& member : membership.all()) {
    if (member == self) continue;
    QUORATE_CHECK(member.node != self.node);
    QUORATE_CHECK(find(member) == nullptr);  // I1
    peers_.push_back(Peer{.id = member, .progress = Progress(last, limits), .contact_at = now});
  }
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
