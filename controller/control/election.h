// Who leads a partition, and what its ISR becomes when a broker comes or goes.
//
// A candidate is valid iff it is active (registered, unfenced, not on its way out) and in the
// target ISR. ELR is off: the last member of an ISR stays listed when it goes, and the partition is
// then without a leader (PAR-4).
//
//   preferred  the first replica if valid, else as online                        (ELE-1)
//   online     the leader as it is if valid, else the first valid one in order    (ELE-2)
//   unclean    as online; else the first active replica: it alone is in sync now, and what only the
//              others have is lost (the partition is recovering)                 (ELE-3)
//   nobody     no leader, under a new leader epoch                                (ELE-6)
//
// Thread: any. Source: rules ELE-1..ELE-3, ELE-6, ELE-8, ELE-9 of the design; Kafka's
// PartitionChangeBuilder restated.
#pragma once

#include <cstdint>
#include <optional>

#include "controller/control/draft.h"
#include "controller/control/election_type.h"
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

// What the partition becomes once its ISR is `isr`; `leaving` is taken as gone already.
[[nodiscard]] PartitionTarget elect(const ClusterImage& cluster,
                                    const Partition& partition,
                                    const BrokerList& isr,
                                    ElectionType type,
                                    BrokerId leaving = kNoBroker);

// The election that the topic's configuration allows when a leader is missing:
// unclean.leader.election.enable of the topic, else of the cluster, else built in (ELE-8).
[[nodiscard]] ElectionType allowed_election(const MetadataImage& image, const Uuid& topic);

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

// Whether a pass over leaderless partitions keeps to their topics' configuration.
enum class Unclean : std::uint8_t { kAsConfigured, kAlways };

// Of `keys`, partitions without a leader get one where there is a candidate, as far as this step
// goes.
[[nodiscard]] Resume elect_for_leaderless(Draft& draft,
                                          const PartitionKeys& keys,
                                          PartitionKey from,
                                          Unclean unclean,
                                          const StepOptions& step);

// Partitions go back to their preferred leader where it is valid, as far as this step goes (ELE-9).
[[nodiscard]] Resume elect_preferred(Draft& draft, PartitionKey from, const StepOptions& step);

}  // namespace quorate::controller
