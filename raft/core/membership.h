// Who votes and who listens: a pure function of the log prefix (§6).
//
// Invariants of a valid membership (checked by validate()):
//   I1  voters is not empty; no list holds a replica or a node id twice
//   I2  learners and voters (of either half) are disjoint; a node id stands among both only with
//   two
//       incarnations: the new disk listens before it takes the vote of the old one
//   I3  is_joint() exactly when outgoing is not empty; learners_next are outgoing voters only
//   I4  a half has at most kVotersMax voters; there are at most kLearnersMax learners
// Thread: values. Source: Raft paper §6; Ongaro's dissertation §4.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/types.h"

namespace quorate::raft {

[[nodiscard]] bool holds(const std::vector<ReplicaId>& list, const ReplicaId& replica);

struct Membership {
  static constexpr std::size_t kVotersMax = 31;
  static constexpr std::size_t kLearnersMax = 128;

  std::vector<ReplicaId> voters;         // C_new, or the only half; sorted
  std::vector<ReplicaId> outgoing;       // C_old while joint, else empty; sorted
  std::vector<ReplicaId> learners;       // receive, never vote nor count; sorted
  std::vector<ReplicaId> learners_next;  // voters of C_old that become learners on leaving joint

  [[nodiscard]] bool is_joint() const { return !outgoing.empty(); }
  // In either half.
  [[nodiscard]] bool is_voter(const ReplicaId& replica) const;
  [[nodiscard]] bool is_learner(const ReplicaId& replica) const;
  // Voter or learner.
  [[nodiscard]] bool contains(const ReplicaId& replica) const;
  // All voters of both halves and all learners, each once, sorted.
  [[nodiscard]] std::vector<ReplicaId> all() const;
  bool operator==(const Membership&) const = default;
};

// Ok, or kInvalidArgument naming the invariant and the replica that breaks it.
Status validate(const Membership& membership);

// The data of a kMembership entry; decode gives kCorruption for anything encode did not make.
[[nodiscard]] std::string encode_membership(const Membership& membership);
Result<Membership> decode_membership(std::string_view bytes);

std::ostream& operator<<(std::ostream& out, const Membership& membership);

}  // namespace quorate::raft
