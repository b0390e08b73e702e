// A change of one partition as the record that makes it, and what follows from it at once: a
// reassignment is complete exactly when every replica of its target is in sync (RAS-2), whatever
// brought the last one in. Then the target is what replicates, and a leader that is not of it hands
// over (RAS-3): to the first valid one, or nobody leads.
//
// Thread: the command thread. Source: design, rules PAR-7..PAR-9, RAS-2..RAS-4; Kafka's
// PartitionChangeBuilder restated.
#pragma once

#include "controller/control/draft.h"
#include "controller/control/election.h"
#include "controller/image/types.h"

namespace quorate::controller {

// Appends what must change for the partition to become `target`; nothing when it is so already
// (PAR-9). The leader stands in the record only when it changes or a replica goes: its presence
// makes a new epoch (PAR-8).
void append_change(Draft& draft, const TopicPartition& id, PartitionTarget target);

}  // namespace quorate::controller
