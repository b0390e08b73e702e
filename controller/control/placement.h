// Where the replicas of new partitions go.
//
// Greedy, one replica at a time, always the best broker by, in this order:
//   leader:    active, not in maintenance if possible; fewest partitions preferring it; fewest
//   replicas
//   follower:  active before those in maintenance before fenced; fewest replicas of this partition
//   in its rack; fewest replicas;
//              most partitions preferring it (others keep room for those that they shall lead)
// so that racks are spread, what the brokers already hold counts, and load stays even: for racks of
// equal size the most loaded broker has at most 1.01 times the mean of leaders and of replicas, or
// the next whole number above the mean.
// Ties are broken by the seed. Brokers without a rack form one rack of their own. Cordoned brokers
// are passed over (OPS-1).
//
// Same image, seed and requests: same placement.
// Thread: any. Source: rules TOP-2, TOP-3 and section "Placement" of the design.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "controller/image/image.h"
#include "controller/image/types.h"
#include "raft/base/random.h"
#include "raft/base/status.h"

namespace quorate::controller {

class ReplicaPlacer {
 public:
  ReplicaPlacer(const MetadataImage& image, std::uint64_t seed);

  // Replicas of one more partition, the preferred leader first and active. Counts as load at once.
  // Errors: kInvalidArgument (more replicas than brokers that take them), kFailedPrecondition (none
  // of those is active).
  [[nodiscard]] Result<BrokerList> place(std::size_t replication_factor);
  // Who shall hold the replica of `leaving` in `replicas` instead: active, not in maintenance, not
  // among them; of those the best follower, or, where the first one leaves, the best leader. Counts
  // as load at once. kNoBroker: there is none.
  [[nodiscard]] BrokerId replace(const BrokerList& replicas, BrokerId leaving);
  // Load that was put somewhere by other means.
  void account(const BrokerList& replicas);

 private:
  struct Candidate {
    BrokerId id = kNoBroker;
    std::size_t rack = 0;
    bool is_active = false;
    bool is_in_maintenance = false;
    bool is_taken = false;  // by the partition being placed
    std::uint64_t preferred = 0;
    std::uint64_t replicas = 0;
  };

  [[nodiscard]] Candidate* best_leader();
  [[nodiscard]] Candidate* best_follower();
  void take(Candidate& candidate);

  std::vector<Candidate> candidates_;  // by id
  std::vector<std::size_t> rack_use_;  // replicas of the partition being placed, by rack
  std::size_t active_count_ = 0;
  std::size_t cordoned_count_ = 0;
  Random random_;
};

}  // namespace quorate::controller
