// Who leads a partition, and what its ISR becomes when a broker comes or goes.
//
// A candidate is valid iff it is active (registered, unfenced, not on its way out) and in the
// target ISR, or, when that is empty, among the eligible leaders.
//
// Eligible leaders off: the last member of an ISR stays listed when it goes, and the partition is
// then without a leader (PAR-4). On (feature eligible.leader.replicas.version, KIP-966): who leaves
// an ISR that is smaller than min.insync.replicas then stays eligible: it has all that was
// acknowledged, since nothing is by so small an ISR (PAR-6, PAR-14). The ISR may become empty.
//
//   preferred  the first replica if valid, else as online                        (ELE-1)
//   online     the leader as it is if valid, else the first valid one in order (ELE-2), else as
//              unclean, but only who may lead uncleanly by configuration         (ELE-8)
//   unclean    the first active replica, one that is only being added last: it alone is in sync
//   now,
//              and what only the others have is lost (the partition is recovering)   (ELE-3)
//   eligible   none in sync is left: the first eligible one in order, as clean    (ELE-4)
//   last known neither in sync nor eligible is left: who led last, if it is active, as unclean
//              (ELE-5)
//   nobody     no leader, under a new leader epoch                                (ELE-6)
//
// Whichever it is, brokers in maintenance come last, and none of them is elected as the preferred
// one; who leads already stays (OPS-3).
//
// Thread: any. Source: rules ELE-1..ELE-6, ELE-8, ELE-9 of the design; Kafka's
// PartitionChangeBuilder restated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "controller/control/draft.h"
#include "controller/control/election_type.h"
#include "controller/control/feature_table.h"
#include "controller/control/options.h"
#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

// Which replicas, and how they are being moved.
struct Assignment {
  BrokerList replicas;
  Movement movement;
};

// What a decision wants a partition to be.
struct PartitionTarget {
  BrokerList isr;
  BrokerId leader = kNoBroker;
  bool recovering = false;
  BrokerList eligible;
  BrokerId last_known_leader = kNoBroker;
  std::optional<Assignment> assignment;  // nothing: as it is
};

// Who may lead uncleanly, by unclean.leader.election.enable: the topic's value holds for all, else
// each broker's own, else the cluster's default, else what stands in the controller's file, else
// nobody (ELE-8).
struct UncleanRule {
  bool allowed = false;
  std::vector<BrokerId> exceptions;  // brokers for which the opposite holds; sorted

  [[nodiscard]] bool allows(BrokerId id) const;
};
// What holds for topics that say nothing. O(brokers that have configuration).
[[nodiscard]] UncleanRule unclean_rule(const MetadataImage& image, const ControlOptions& options);

// What is finalized for the cluster and configured for a topic, as far as elections go.
struct TopicRules {
  bool keeps_eligible = false;
  UncleanRule unclean;
  std::size_t min_insync = 1;
};
// `otherwise` is for topics that say nothing; who elects nobody needs none.
[[nodiscard]] TopicRules rules_of(const MetadataImage& image,
                                  const Uuid& topic,
                                  const UncleanRule& otherwise = {});
// What of it holds for this partition.
[[nodiscard]] std::size_t min_isr(const TopicRules& rules, const Partition& partition);

// Who goes: it is taken as gone already.
struct Leaving {
  BrokerId broker = kNoBroker;
  bool is_unclean = false;  // what it had may be lost: it is no eligible leader either
};

// What the partition becomes once its ISR is `isr`.
[[nodiscard]] PartitionTarget elect(const ClusterImage& cluster,
                                    const Partition& partition,
                                    const BrokerList& isr,
                                    const TopicRules& rules,
                                    ElectionType type,
                                    Leaving leaving = {});
// The same with the leader as it is: its ISR is to be `isr`.
[[nodiscard]] PartitionTarget with_isr(const Partition& partition,
                                       const BrokerList& isr,
                                       const TopicRules& rules);

// Where a pass over partitions stands that was cut by a bound of StepOptions: the first index key
// that was not looked at. Nothing: the pass is over. Meaningful with the image of this decision and
// those that follow from it; another node numbers its keys differently.
using Resume = std::optional<PartitionKey>;
inline constexpr PartitionKey kFirstKey{0};

// `leaving` leads nothing and is in no ISR that has another member, as far as this step goes; one
// that leaves uncleanly is no eligible leader either. With eligible leaders it is in no ISR at all.
[[nodiscard]] Resume release_partitions(Draft& draft,
                                        Leaving leaving,
                                        const PartitionKeys& keys,
                                        PartitionKey from,
                                        const ControlOptions& options);

// Whether a pass over leaderless partitions keeps to their topics' configuration.
enum class Unclean : std::uint8_t { kAsConfigured, kAlways };

// Of `keys`, partitions without a leader get one where there is a candidate, as far as this step
// goes.
[[nodiscard]] Resume elect_for_leaderless(Draft& draft,
                                          const PartitionKeys& keys,
                                          PartitionKey from,
                                          Unclean unclean,
                                          const ControlOptions& options);

// Partitions go back to their preferred leader where it is valid, as far as this step goes (ELE-9).
[[nodiscard]] Resume elect_preferred(Draft& draft, PartitionKey from, const StepOptions& step);

// What the broker leads and another in sync, not in maintenance, can lead goes there, as far as
// this step goes (OPS-3).
[[nodiscard]] Resume move_leaders_away(Draft& draft,
                                       BrokerId id,
                                       PartitionKey from,
                                       const StepOptions& step);

}  // namespace quorate::controller
