// One broker of a simulated cluster: a process with a session, a copy of the metadata, and its
// replicas; and the disk that stays when the process ends.
//
//   down --start()--> registering --> fenced <--> active --leave()--> leaving --> down (clean)
//     ^                    |             |           |                   |
//     +---- crash() -------+-------------+-----------+-------------------+
//
// It behaves as broker-stub does: heartbeats tell how far its metadata is, plans are made by
// partition_plan.h, an answer that says STALE_BROKER_EPOCH ends the process.
// Owner: ClusterSimulation. Thread: one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker-stub/metadata/partition_plan.h"
#include "controller/testing/sim_partition.h"
#include "controller/testing/sim_quorum.h"

namespace quorate::controller::testing {

class SimBroker;
using SimBrokers = std::vector<std::unique_ptr<SimBroker>>;

// What a crash takes with it.
enum class Loss : std::uint8_t { kNothing, kUnsynced, kDisk };

class SimBroker {
 public:
  SimBroker(
      BrokerId id, ClusterWorld& world, SimQuorum& quorum, SimBrokers& brokers, Random random);

  void start();
  // Asks for a controlled shutdown; the process ends once it is granted, or crashes after a while.
  void leave();
  void crash(Loss loss);
  // An old request of this broker arrives once more somewhere.
  void repeat();

  [[nodiscard]] BrokerId id() const { return id_; }
  [[nodiscard]] bool is_up() const { return is_up_; }
  [[nodiscard]] bool is_unfenced() const { return is_up_ && is_unfenced_; }
  [[nodiscard]] bool is_leaving() const { return is_leaving_; }
  [[nodiscard]] bool is_registered() const { return is_registered_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t clean_stops() const { return clean_stops_; }
  [[nodiscard]] const MetadataImage& image() const { return image_; }
  [[nodiscard]] const SimPartition* find(const TopicPartition& id) const;
  // Whether the record was taken.
  bool produce(const TopicPartition& id, std::uint64_t value);
  // By the leader, about its own: it counts on each of `isr` (C17).
  [[nodiscard]] bool counts_on(const TopicPartition& id, const Partition& committed) const;

 private:
  void every(SimTime period, void (SimBroker::*step)());
  void trace(const std::string& what);
  [[nodiscard]] std::int64_t now_ms() const;
  std::size_t some_controller();
  void note_refusal(const Status& status, std::size_t controller);
  void end_process();

  // --- session ---
  void beat();
  void register_now();
  void heartbeat();
  void on_heartbeat(const Reply<HeartbeatAnswer>& reply);
  void allocate();

  // --- metadata (sim_broker_metadata.cc) ---
  void poll();
  void follow(const ImagePointer& theirs);
  bool follow_batches(std::uint64_t end);
  [[nodiscard]] broker::PartitionPlan plan(const MetadataImage& before, const MetadataDelta* delta);
  void adopt(const broker::PartitionPlan& plan);
  SimPartition& open(const TopicPartition& id);
  void reconfigure();
  void tidy();

  // --- data (sim_broker_data.cc) ---
  void fetch();
  void give(BrokerId to,
            std::uint64_t epoch,
            std::uint64_t life,
            const std::vector<FetchAsked>& asked);
  void propose();
  [[nodiscard]] bool is_overtaken(const AlterPartition& command) const;
  using Proposed = std::vector<std::pair<TopicPartition, broker::IsrProposal>>;
  void on_proposed(const Proposed& proposed,
                   const Reply<AlterPartitionAnswer>& reply,
                   SimTime deadline);
  void end_proposed(const Proposed& proposed, const Reply<AlterPartitionAnswer>& reply);

  BrokerId id_;
  ClusterWorld& world_;
  SimQuorum& quorum_;
  SimBrokers& brokers_;
  Random random_;

  // --- the disk ---
  std::map<TopicPartition, SimPartition> replicas_;
  std::optional<std::uint64_t> clean_epoch_;  // of the process that stopped cleanly
  Uuid log_dir_;
  bool has_lost_ = false;  // since the last process that was registered
  std::uint64_t clean_stops_ = 0;

  // --- the process ---
  bool is_up_ = false;
  std::uint64_t life_ = 0;
  Uuid incarnation_;
  std::optional<std::uint64_t> proof_;
  bool is_registered_ = false;
  std::uint64_t epoch_ = 0;
  bool is_unfenced_ = false;
  bool is_leaving_ = false;
  bool is_waiting_ = false;  // for the answer to a registration or heartbeat
  bool is_proposing_ = false;
  bool is_tidy_ = false;
  std::size_t controller_ = 0;  // asked last with success
  MetadataImage image_;
  broker::ProcessPlans plans_{kNoBroker, {}};
  std::function<void()> old_request_;  // sends it once more
  AlterPartition old_proposal_;
};

}  // namespace quorate::controller::testing
