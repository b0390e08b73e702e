// What a majority of each half of a membership holds, thinks or has done. Learners never count.
//
// Invariant: every answer needs a majority of `voters` and, while joint, also of `outgoing` (P71).
// Thread: pure functions; no allocation. Source: Raft paper §5.4.2 and §6.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "raft/base/check.h"
#include "raft/core/membership.h"
#include "raft/core/types.h"

namespace quorate::raft {

// How many of `voters` make a majority. Requires voters > 0.
[[nodiscard]] std::size_t majority_of(std::size_t voters);

// The highest index that a majority of the voters holds, given what each holds; reorders `held`.
// 0 when there is no voter.
[[nodiscard]] Index majority_index(std::span<Index> held);

// The same over both halves. `held_by(replica)` gives what one voter holds.
template <typename HeldBy>
[[nodiscard]] Index quorum_index(const Membership& membership, HeldBy held_by) {
  const auto half = [&](const std::vector<ReplicaId>& voters) {
    QUORATE_CHECK(voters.size() <= Membership::kVotersMax);
    std::array<Index, Membership::kVotersMax> held{};
    std::transform(voters.begin(), voters.end(), held.begin(), held_by);
    return majority_index(std::span(held).first(voters.size()));
  };
  const Index index = half(membership.voters);
  return membership.is_joint() ? std::min(index, half(membership.outgoing)) : index;
}

enum class Opinion : std::uint8_t { kUnknown, kYes, kNo };
enum class Tally : std::uint8_t { kPending, kWon, kLost };

// One half's verdict. kLost: a majority of yes can no longer be reached.
[[nodiscard]] Tally tally_half(std::size_t voters, std::size_t yes, std::size_t no);

// The verdict of both halves: won when both are won, lost when either is lost.
template <typename OpinionOf>
[[nodiscard]] Tally tally(const Membership& membership, OpinionOf opinion_of) {
  const auto half = [&](const std::vector<ReplicaId>& voters) {
    std::size_t yes = 0;
    std::size_t no = 0;
    for (const ReplicaId& voter : voters) {
      const Opinion opinion = opinion_of(voter);
      yes += opinion == Opinion::kYes ? 1U : 0U;
      no += opinion == Opinion::kNo ? 1U : 0U;
    }
    return tally_half(voters.size(), yes, no);
  };
  const Tally incoming = half(membership.voters);
  if (!membership.is_joint() || incoming == Tally::kLost) return incoming;
  const Tally outgoing = half(membership.outgoing);
  return outgoing == Tally::kWon ? incoming : outgoing;
}

// Whether a majority of each half satisfies `holds(replica)`.
template <typename Predicate>
[[nodiscard]] bool is_quorum(const Membership& membership, Predicate holds) {
  return tally(membership, [&](const ReplicaId& voter) {
           return holds(voter) ? Opinion::kYes : Opinion::kNo;
         }) == Tally::kWon;
}

}  // namespace quorate::raft
