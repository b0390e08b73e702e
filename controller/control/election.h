// Who leads a partition, and what its ISR becomes when a broker comes or goes.
//
// A candidate is valid iff it is acceptable (registered, unfenced, not in controlled shutdown) and
// in the target ISR. ELR is off: the last member of an ISR stays listed when it goes, and the
// partition is then without a leader (PAR-4).
//
// Thread: any. Source: rules ELE-2, ELE-6 of the design; Kafka's PartitionChangeBuilder restated.
#pragma once

#include "controller/control/draft.h"
#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

// What a decision wants a partition to be.
struct PartitionTarget {
  BrokerList isr;
  BrokerId leader = kNoBroker;
  bool recovering = false;
};

// ONLINE election: the leader as it is if valid, else the first valid in replica order, else
// kNoBroker. `leaving` is taken as fenced already.
[[nodiscard]] BrokerId elect_online(const ClusterImage& cluster,
                                    const Partition& partition,
                                    const BrokerList& target_isr,
                                    BrokerId leaving);

// Appends what must change for the partition to become `target`; nothing when it is so already
// (PAR-9). The leader stands in the record only when it changes: its presence makes a new epoch.
void append_change(Draft& draft, const TopicPartition& id, const PartitionTarget& target);

// `leaving` leads nothing and is in no ISR that has another member. O(its partitions).
void release_partitions(Draft& draft, BrokerId leaving);

// Partitions without a leader get one where `returned` is valid. O(the smaller of what it holds
// and what is leaderless).
void elect_for_leaderless(Draft& draft, BrokerId returned);

}  // namespace quorate::controller
