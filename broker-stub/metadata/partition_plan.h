// What a change of the metadata means for one broker: which replicas it leads, which it follows,
// which it must give up, each with the epochs that go with it.
//
// PURE: two images and an id in, a plan out. The same plan comes from the delta of a batch and from
// comparing whole images; the delta only says where to look.
// Thread: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/image/delta.h"
#include "controller/image/image.h"

namespace quorate::broker {

enum class ReplicaRole : std::uint8_t { kLeader, kFollower };

struct PlannedReplica {
  controller::TopicPartition id;
  std::string topic;
  ReplicaRole role = ReplicaRole::kFollower;
  controller::Partition state;  // leader may be -1: follow nobody yet
};

enum class DropReason : std::uint8_t {
  kTopicDeleted,  // the data goes too
  kMovedAway,     // other replicas have what this one had: the data goes too (RAS-2)
  kLeftBehind,    // an unclean election came with it: others may have less, the data is kept
};

struct DroppedReplica {
  controller::TopicPartition id;
  std::string topic;
  DropReason reason = DropReason::kTopicDeleted;
};

// Both lists in order of id. A replica that is in neither stays what it was.
struct PartitionPlan {
  std::vector<PlannedReplica> keep;  // new or changed
  std::vector<DroppedReplica> drop;
};

// `delta` is what led from `before` to `after`.
[[nodiscard]] PartitionPlan plan_change(const controller::MetadataImage& before,
                                        const controller::MetadataImage& after,
                                        const controller::MetadataDelta& delta,
                                        controller::BrokerId me);

// Without a delta, e.g. after a snapshot: every replica of `after` is planned.
[[nodiscard]] PartitionPlan plan_all(const controller::MetadataImage& before,
                                     const controller::MetadataImage& after,
                                     controller::BrokerId me);

// The plans of one process of a broker, change after change.
//
// Until its own registration is in the metadata there is nothing to do: what the metadata says of
// the broker is said of an earlier process, which may have had more on its disk. Leading by it
// would lose what was acknowledged.
class ProcessPlans {
 public:
  ProcessPlans(controller::BrokerId me, controller::Uuid incarnation)
      : me_(me), incarnation_(incarnation) {}

  // `delta` may be null: what changed is not known.
  [[nodiscard]] PartitionPlan next(const controller::MetadataImage& before,
                                   const controller::MetadataImage& after,
                                   const controller::MetadataDelta* delta);

 private:
  controller::BrokerId me_;
  controller::Uuid incarnation_;
  bool is_registered_ = false;
};

}  // namespace quorate::broker
