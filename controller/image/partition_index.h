// Who holds what: for each broker the partitions it replicates and how many it leads, all
// partitions without a leader, all that are led by another than their preferred leader, and all
// that are being moved. Lets a decision about a broker cost what that broker has, not what there
// is.
//
// Invariant (PAR-13): equal to what a scan of all partitions gives.
// Keys pack the topic's number (see TopicsImage) and the partition; they have a meaning inside one
// image only and are not part of its hash.
//
// Owner: TopicsImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <cstddef>
#include <cstdint>

#include "controller/image/partition.h"
#include "controller/image/persistent_map.h"
#include "controller/image/types.h"

namespace quorate::controller {

enum class PartitionKey : std::uint64_t {};
using PartitionKeys = PersistentSet<PartitionKey>;

[[nodiscard]] PartitionKey partition_key(std::uint64_t topic_number, std::int32_t partition);
[[nodiscard]] std::uint64_t topic_number_of(PartitionKey key);
[[nodiscard]] std::int32_t partition_of(PartitionKey key);

// Whether the broker may have the last copy of what was acknowledged: it is an eligible leader, or
// in sync where nobody leads.
[[nodiscard]] bool is_last_resort(const Partition& partition, BrokerId id);

struct BrokerHoldings {
  PartitionKeys replicas;
  PartitionKeys last_resort;    // of these, where is_last_resort() holds
  std::uint32_t leaders = 0;    // partitions that it leads; each is among its replicas
  std::uint32_t preferred = 0;  // partitions whose first replica it is

  [[nodiscard]] bool empty() const {
    return replicas.empty() && last_resort.empty() && leaders == 0;
  }
};

class PartitionIndex {
 public:
  // What a broker has; empty for one that has nothing.
  [[nodiscard]] const BrokerHoldings& of(BrokerId id) const;
  [[nodiscard]] const PersistentMap<BrokerId, BrokerHoldings>& brokers() const { return brokers_; }
  [[nodiscard]] const PartitionKeys& leaderless() const { return leaderless_; }
  // Led, but not by the first replica.
  [[nodiscard]] const PartitionKeys& imbalanced() const { return imbalanced_; }
  // Whose reassignment is under way.
  [[nodiscard]] const PartitionKeys& moving() const { return moving_; }

  void add(PartitionKey key, const Partition& partition);
  void remove(PartitionKey key, const Partition& partition);
  void change(PartitionKey key, const Partition& before, const Partition& after);

 private:
  void add_replica(PartitionKey key, BrokerId id);
  void remove_replica(PartitionKey key, BrokerId id);
  void add_leader(PartitionKey key, BrokerId id);
  void remove_leader(PartitionKey key, BrokerId id);
  void change_last_resort(PartitionKey key, const Partition& before, const Partition& after);
  void move_preferred(BrokerId from, BrokerId to);

  PersistentMap<BrokerId, BrokerHoldings> brokers_;
  PartitionKeys leaderless_;
  PartitionKeys imbalanced_;
  PartitionKeys moving_;
};

}  // namespace quorate::controller
