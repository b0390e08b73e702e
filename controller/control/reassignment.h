// Reassignment: a partition is moved to other replicas, and that is taken back.
//
//   replicas  = target, then the rest of what it has     sorted, the lists below too
//   adding    = target without the original replicas     (RAS-1)
//   removing  = what it has without the target           (RAS-1, RAS-5)
//   original  = what it had before the first of a row of reassignments; a cancel brings back just
//               that, in its order, also after others overrode the first (RAS-7)
//
// It is complete when all of the target are in sync (partition_change.h). A reorder, and a removal
// whose target is in sync, are complete at once (RAS-4). Each reassignment writes all lists anew,
// so what is asked for last is what becomes of the partition (RAS-7c).
//
// Thread: the command thread. Source: design, rules RAS-1..RAS-9; Kafka's
// ReplicationControlManager restated, with these differences: the original list is kept, and a
// cancel that would leave nobody in sync needs an active replica to lead uncleanly.
#pragma once

#include <vector>

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/options.h"

namespace quorate::controller {

// Errors per partition: UNKNOWN_TOPIC_OR_PARTITION, INVALID_REPLICA_ASSIGNMENT (empty, a broker
// twice, not registered, or new there and cordoned; a cancel that would lose what was
// acknowledged), INVALID_REPLICATION_FACTOR (another number of replicas where that was not
// allowed), NO_REASSIGNMENT_IN_PROGRESS, INVALID_REQUEST (named twice), POLICY_VIOLATION (more
// records than one request may write). One that is refused does not stop the others (RAS-8).
[[nodiscard]] AlterReassignmentsAnswer alter_reassignments(Draft& draft,
                                                           const AlterReassignments& command,
                                                           const ControlOptions& options);

// The partition begins to move to `target`; nothing of RAS-8 is looked at.
void begin_move(Draft& draft,
                const TopicPartition& id,
                const BrokerList& target,
                const ControlOptions& options);
// What is under way for the partition is taken back, unless that would lose what was acknowledged.
void cancel_move(Draft& draft, const TopicPartition& id, const ControlOptions& options);

// What is being moved (RAS-9), in the order of topic names. O(what is being moved).
[[nodiscard]] std::vector<TopicPartition> reassignments_under_way(const MetadataImage& image);

}  // namespace quorate::controller
