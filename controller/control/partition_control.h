// What a partition's leader may change: its in-sync replica set (AlterPartition), the elections
// that administrators ask for, and the blocks of producer ids that brokers hand out.
//
// Checks come in the order ISR-1..ISR-12, the first failure answers; each partition of a request is
// judged alone, on what the earlier ones of it made. A proposal equal to the state succeeds
// without a record. One that completes a reassignment and so costs the sender the leadership stands
// too, and is answered NEW_LEADER_ELECTED (ISR-13).
//
// Thread: the command thread. Source: design, section "AlterPartition"; PID-1.
#pragma once

#include "controller/control/commands.h"
#include "controller/control/draft.h"
#include "controller/control/election.h"
#include "controller/control/options.h"

namespace quorate::controller {

[[nodiscard]] AlterPartitionAnswer alter_partition(Draft& draft, const AlterPartition& command);

// Errors: INVALID_REQUEST (type); per partition UNKNOWN_TOPIC_OR_PARTITION, ELECTION_NOT_NEEDED,
// PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE, POLICY_VIOLATION (more records
// than one request may write). `next` is where a request for all partitions goes on (ELE-7).
[[nodiscard]] ElectLeadersAnswer elect_leaders(Draft& draft,
                                               const ElectLeaders& command,
                                               const ControlOptions& options,
                                               Resume& next);

// Errors: STALE_BROKER_EPOCH, POLICY_VIOLATION (ids are used up).
[[nodiscard]] AllocateProducerIdsAnswer allocate_producer_ids(Draft& draft,
                                                              const AllocateProducerIds& command,
                                                              const ControlOptions& options);

}  // namespace quorate::controller
