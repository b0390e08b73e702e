// Decommission: all that a broker has moves to others, some partitions at a time.
//
//   (wanted) --> moves begin, as many as may be under way --> they complete (RAS-2) --> more begin
//                                                                                   --> it has
//                                                                                   nothing
//   it has nothing, and is fenced --> unregistered
//
// That it is wanted stands in the broker's registration, and what is under way in the partitions:
// another active controller goes on with both. In each partition one other broker takes the place
// of the one that goes, with its rank among the replicas.
//
//   OPS-6  a broker that is decommissioned gets no new replicas; what it has moves to active
//   brokers
//          that take replicas and are not in maintenance, racks spread and load even; no more
//          partitions than DecommissionOptions::moves_max move at a time. What somebody else moves
//          is left alone until it is there, and so is what nobody leads and what has a replica that
//          is not registered. Once the broker has nothing and is fenced, its
//          registration goes
//   OPS-7  it is refused when for some partition there is no broker that could take the replica,
//          unless the request overrides that
//   OPS-8  taken back, what is on its way comes back as it was (RAS-7); what was moved stays
//
// Thread: the command thread. Source: Redpanda's decommission restated.
#pragma once

#include <optional>
#include <string>

#include "controller/control/draft.h"
#include "controller/control/election.h"
#include "controller/control/options.h"
#include "controller/image/image.h"

namespace quorate::controller {

// The first broker of those that are decommissioned, from `from` on; kNoBroker: none. O(brokers).
[[nodiscard]] BrokerId next_to_empty(const MetadataImage& image, BrokerId from);

// Why it could not come to its end, as things are; empty when it could (OPS-7). O(what it has).
[[nodiscard]] std::string fault_of_decommission(const MetadataImage& image, BrokerId id);

// Whether the partition is moved as begin_moves() does it: the original list with one other in the
// place of the broker.
[[nodiscard]] bool is_replaced(const Partition& partition, BrokerId id);

// A replica that is not registered: what the partition moves to could never be in sync (RAS-2,
// RAS-8).
[[nodiscard]] std::optional<BrokerId> first_missing(const ClusterImage& cluster,
                                                    const Partition& partition);

// Begins moves for partitions from `from` on, as many as may be under way and as one step takes,
// and gives those another target whose taker is not active any more. The answer is where to go on;
// nothing: all were looked at.
[[nodiscard]] Resume begin_moves(Draft& draft,
                                 BrokerId id,
                                 PartitionKey from,
                                 const ControlOptions& options);

// Takes back what is on its way because the broker was decommissioned: moves whose target is the
// original list with another broker in its place.
void take_moves_back(Draft& draft, BrokerId id, const ControlOptions& options);

}  // namespace quorate::controller
