// One partition as the metadata log describes it, in little memory: there are a million of them.
//
// Invariants PAR-1..PAR-8 hold after every committed batch; controller/control/invariants.h checks
// them before a batch is appended.
// Thread: a value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "controller/image/broker_list.h"
#include "controller/image/node_ref.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Present only while replicas are being moved.
struct Reassignment : SharedNode {
  BrokerList adding;
  BrokerList removing;

  static void dispose(Reassignment* node) { delete node; }
};

struct Partition {
  BrokerList replicas;  // order is preference; the first is the preferred leader
  BrokerList isr;
  BrokerId leader = kNoBroker;
  std::int32_t leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  bool recovering = false;  // after an unclean election, until the leader says otherwise
  NodeRef<Reassignment> reassignment;

  // Empty lists unless replicas are being moved.
  [[nodiscard]] const BrokerList& adding() const;
  [[nodiscard]] const BrokerList& removing() const;
  void set_moving(BrokerList adding, BrokerList removing);
  [[nodiscard]] BrokerId preferred_leader() const {
    return replicas.empty() ? kNoBroker : replicas[0];
  }

  bool operator==(const Partition& other) const;
};

[[nodiscard]] std::uint64_t entity_hash(const TopicPartition& id, const Partition& partition);
// entity_hash(id, after) - entity_hash(id, before), at less than the cost of both.
[[nodiscard]] std::uint64_t entity_hash_step(const TopicPartition& id,
                                             const Partition& before,
                                             const Partition& after);

// From and to the log.
[[nodiscard]] Result<Partition> partition_from(const v1::Partition& record);
void write_partition(const TopicPartition& id, const Partition& partition, v1::Partition& record);
// `before` with the change in it; epochs advance as the record's comment says.
[[nodiscard]] Result<Partition> changed(const Partition& before, const v1::PartitionChange& record);

}  // namespace quorate::controller
