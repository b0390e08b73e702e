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

// A reassignment that is under way. Its target are the replicas that are not in `removing`, in
// their order.
struct Movement {
  BrokerList adding;    // of the target, not in `original`
  BrokerList removing;  // replicas that are not of the target
  BrokerList original;  // the replicas before the first reassignment; never empty under way

  [[nodiscard]] bool is_none() const {
    return adding.empty() && removing.empty() && original.empty();
  }
  bool operator==(const Movement&) const = default;
};

// What few partitions have at a time, and others need no memory for.
struct RareState : SharedNode {
  Movement movement;
  BrokerList eligible;
  BrokerId last_known_leader = kNoBroker;

  static void dispose(RareState* node) { delete node; }
};

struct Partition {
  BrokerList replicas;  // order is preference; the first is the preferred leader
  BrokerList isr;
  BrokerId leader = kNoBroker;
  std::int32_t leader_epoch = 0;
  std::int32_t partition_epoch = 0;
  bool recovering = false;  // after an unclean election, until the leader says otherwise
  NodeRef<RareState> rare;  // null when there is nothing in it

  // Empty lists unless replicas are being moved.
  [[nodiscard]] const Movement& movement() const;
  [[nodiscard]] bool is_moving() const { return !movement().is_none(); }
  void set_movement(Movement movement);
  // The replicas that it has, or shall have once they are moved.
  [[nodiscard]] BrokerList target_replicas() const;
  // Outside the ISR, yet with all that was acknowledged (ELR); empty while the ISR is large enough.
  [[nodiscard]] const BrokerList& eligible() const;
  // Who led when the ISR became empty; kNoBroker while somebody leads.
  [[nodiscard]] BrokerId last_known_leader() const;
  void set_eligible(BrokerList eligible, BrokerId last_known_leader);
  [[nodiscard]] BrokerId preferred_leader() const {
    return replicas.empty() ? kNoBroker : replicas[0];
  }

  bool operator==(const Partition& other) const;
  // Whether nothing of it lies elsewhere.
  [[nodiscard]] bool is_plain() const { return replicas.is_plain() && isr.is_plain() && !rare; }

 private:
  void set_rare(NodeRef<RareState> state);
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
