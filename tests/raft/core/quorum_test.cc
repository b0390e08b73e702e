// Quorums against a brute force that tries every subset.
#include "raft/core/quorum.h"

#include <set>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

// The highest index for which some majority subset holds all of it, by trying every subset.
Index by_subsets(const std::vector<Index>& held) {
  Index best{0};
  for (unsigned subset = 0; subset < (1U << held.size()); ++subset) {
    std::size_t members = 0;
    Index lowest{~0ULL};
    for (std::size_t i = 0; i < held.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      ++members;
      lowest = std::min(lowest, held[i]);
    }
    if (members * 2 > held.size()) best = std::max(best, lowest);
  }
  return best;
}

std::vector<ReplicaId> some_replicas(std::uint64_t first, std::uint64_t count) {
  std::vector<ReplicaId> replicas;
  for (std::uint64_t node = first; node < first + count; ++node)
    replicas.push_back(replica(node));
  return replicas;
}

std::vector<Index> held_by(const std::vector<ReplicaId>& half, const std::vector<Index>& held) {
  std::vector<Index> result;
  for (const ReplicaId& voter : half)
    result.push_back(held[voter.node.value]);
  return result;
}

TEST_CASE("the quorum index equals the brute force for all halves up to seven and seven",
          "[raft][quorum][P45][P71]") {
  Random random(45);
  for (std::uint64_t incoming = 1; incoming <= 7; ++incoming) {
    for (std::uint64_t outgoing = 0; outgoing <= 7; ++outgoing) {
      for (int round = 0; round < 12; ++round) {
        Membership membership;
        membership.voters = some_replicas(1, incoming);
        // The halves overlap by a random amount.
        if (outgoing > 0) membership.outgoing = some_replicas(random.between(1, 8), outgoing);
        std::vector<Index> held(20);
        for (Index& index : held)
          index = Index{random.below(5) == 0 ? ~0ULL - 10 : random.below(6)};
        Index expected = by_subsets(held_by(membership.voters, held));
        if (outgoing > 0) {
          expected = std::min(expected, by_subsets(held_by(membership.outgoing, held)));
        }
        const Index found = quorum_index(
            membership, [&](const ReplicaId& voter) { return held[voter.node.value]; });
        REQUIRE(found == expected);
      }
    }
  }
}

TEST_CASE("a vote is won or lost only by majorities of both halves", "[raft][quorum][P71]") {
  Membership joint = voters(3);
  joint.outgoing = some_replicas(4, 3);
  const auto with = [&](std::set<std::uint64_t> yes, std::set<std::uint64_t> no) {
    return tally(joint, [&](const ReplicaId& voter) {
      if (yes.count(voter.node.value) > 0) return Opinion::kYes;
      return no.count(voter.node.value) > 0 ? Opinion::kNo : Opinion::kUnknown;
    });
  };
  CHECK(with({1, 2, 3}, {}) == Tally::kPending);
  CHECK(with({1, 2, 4, 5}, {}) == Tally::kWon);
  CHECK(with({1, 2, 3}, {4, 5}) == Tally::kLost);
  CHECK(with({4, 5, 6}, {1, 2}) == Tally::kLost);
  CHECK(with({1, 2, 4}, {3, 5}) == Tally::kPending);
}

TEST_CASE("learners count for nothing", "[raft][quorum]") {
  Membership membership = voters(3);
  membership.learners = some_replicas(4, 4);
  const Index found = quorum_index(membership, [](const ReplicaId& voter) {
    return voter.node.value > 3 ? Index{100} : Index{voter.node.value};
  });
  CHECK(found == Index{2});
}

TEST_CASE("without voters there is no quorum", "[raft][quorum]") {
  CHECK(quorum_index(Membership{}, [](const ReplicaId&) { return Index{9}; }) == Index{0});
  CHECK_FALSE(is_quorum(Membership{}, [](const ReplicaId&) { return true; }));
}

}  // namespace
}  // namespace quorate::raft::testing
