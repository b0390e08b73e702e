// Who leads a partition, and what its ISR becomes when a broker comes or goes.
//
// A candidate is valid iff it is active (registered, unfenced, not on its way out) and in the
// target ISR. ELR is off: the last member of an ISR stays listed when it goes, and the
// partition is then without a leader (PAR-4).
//
// Thread: any. Source: rules ELE-2, ELE-6 of the design; Kafka's PartitionChangeBuilder restated.
#pragma once

#include <optional>

#include "controller/control/draft.h"
#include "controller/control/options.h"
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

// Where a pass over partitions stands that was cut by a bound of StepOptions: the first index key
// that was not looked at. Nothing: the pass is over. Meaningful with the image of this decision and
// those that follow from it; another node numbers its keys differently.
using Resume = std::optional<PartitionKey>;
inline constexpr PartitionKey kFirstKey{0};

// `leaving` leads nothing and is in no ISR that has another member, as far as this step goes.
[[nodiscard]] Resume release_partitions(Draft& draft,
                                        BrokerId leaving,
                                        PartitionKey from,
                                        const StepOptions& step);

// Of `keys`, partitions without a leader get one where there is a valid candidate, as far as this
// step goes.
[[nodiscard]] Resume elect_for_leaderless(Draft& draft,
                                          const PartitionKeys& keys,
                                          PartitionKey from,
                                          const StepOptions& step);

}  // namespace quorate::controller
