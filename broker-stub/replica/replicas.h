// Replicas: every partition replica of this broker, and what happens to all of them: plans of the
// metadata are carried out, in-sync sets are proposed, checkpoints are written.
//
// Owner: the broker's composition root. Thread: the broker thread (one asio io_context thread); it
// owns every Partition. Disk reads and writes of the partitions happen on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "broker-stub/log/log_directory.h"
#include "broker-stub/metadata/partition_plan.h"
#include "broker-stub/replica/partition.h"
#include "broker-stub/replica/waiters.h"
#include "raft/base/clock.h"

namespace quorate::broker {

struct ReplicasOptions {
  BrokerId me = controller::kNoBroker;
  PartitionLogOptions log;
  LeaderOptions leader;
  std::size_t watches_max = 200'000;  // partitions that requests may wait for, all together
};

// A proposal and whose it is; handed back with its outcome.
struct ProposedIsr {
  controller::TopicPartition id;
  IsrProposal proposal;
};

// For /metrics and /readyz.
struct ReplicaCounts {
  std::size_t partitions = 0;
  std::size_t leaders = 0;
  std::size_t offline = 0;
  std::size_t under_replicated = 0;  // led here, a replica that is not being added is not in sync
  std::size_t reassigning = 0;       // led here
  std::size_t under_min_isr = 0;     // led here
};

class Replicas {
 public:
  // `directory` and `clock` must outlive it. Reads the checkpoints; kCorruption when they do not
  // read: without them nobody could tell a torn tail from damage.
  static Result<std::unique_ptr<Replicas>> open(ReplicasOptions options,
                                                LogDirectory& directory,
                                                const Clock& clock,
                                                OnPartitionEvent on_event);

  // Carries out `plan`; `image` is the one it leads to. What the disk refuses takes that partition
  // offline, or, for directories, is told as an event.
  void apply(const PartitionPlan& plan, const controller::MetadataImage& image);
  // Logs that were found on the disk at the start and that `image` does not give to this broker are
  // removed (their topic is gone) or set aside. Once, at the first image that is caught up.
  void tidy(const controller::MetadataImage& image);
  // Configuration of topics, of this broker or of the cluster may have changed.
  void reconfigure(const controller::MetadataImage& image);

  // Null when this broker has no replica of it.
  [[nodiscard]] Partition* find(const controller::TopicPartition& id);
  // Replicas that should fetch from `leader`.
  [[nodiscard]] std::vector<Partition*> following(BrokerId leader);
  // Brokers from which at least one replica should fetch.
  [[nodiscard]] std::vector<BrokerId> leaders();
  [[nodiscard]] Waiters& waiters() { return waiters_; }

  // The proposals to send now, at most `max`. Each is open until its outcome comes.
  std::vector<ProposedIsr> propose(const controller::MetadataImage& image, std::size_t max);
  void on_proposal_outcome(const ProposedIsr& proposed,
                           ProposalOutcome outcome,
                           const std::optional<controller::Partition>& accepted);

  // High watermarks and recovery points.
  Status checkpoint();
  // Everything is synced; a clean stop may be marked once it returns ok.
  Status close();

  [[nodiscard]] ReplicaCounts counts() const;
  [[nodiscard]] std::int64_t now_ms() const { return clock_.monotonic_ns() / 1'000'000; }
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const auto& [id, partition] : partitions_)
      visit(*partition);
  }

 private:
  Replicas(ReplicasOptions options,
           LogDirectory& directory,
           const Clock& clock,
           OnPartitionEvent on_event);
  Partition& open_partition(const PlannedReplica& planned, const controller::MetadataImage& image);
  void drop(const DroppedReplica& dropped);
  void tell_disk(const std::string& topic, std::int32_t partition, const Status& status);

  ReplicasOptions options_;
  LogDirectory& directory_;
  const Clock& clock_;
  OnPartitionEvent on_event_;
  Waiters waiters_;
  OffsetCheckpoint high_watermarks_;  // as read at the start
  OffsetCheckpoint recovery_points_;  // as read at the start
  OffsetCheckpoint saved_recovery_points_;
  std::map<controller::TopicPartition, std::unique_ptr<Partition>> partitions_;
};

}  // namespace quorate::broker
