// ClusterChecker: what must hold for the metadata of a cluster (C1 to C32), checked from outside
// when something happens: a batch is replayed somewhere, decided, answered, or a snapshot is read.
//
// The first replica to replay a batch writes the history; every other one, brokers too, is compared
// with it. What is checked about a step is written here from the rules, with plain loops: beside
// the record types and the image's accessors nothing is shared with what decides.
//
// Owner: ClusterSimulation or a test. Thread: one. Source: docs/testing.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/control/active_controller.h"
#include "controller/service/command.h"
#include "controller/testing/acked_records.h"
#include "controller/testing/cluster_counts.h"
#include "raft/testing/safety_checker.h"

namespace quorate::controller::testing {

// Who replays: which entry of the log, and the proposal it was.
struct Replaying {
  raft::NodeId node;
  raft::LogId entry;
  std::uint64_t token = 0;
};

struct HistoryStep {
  std::uint64_t base = 0;
  std::uint64_t end = 0;
  std::uint64_t hash = 0;  // of the image behind it
  BatchPointer batch;
  ImagePointer after;
};

class ClusterChecker {
 public:
  // Fails go to `raft`, so that the first of all stays; it must outlive the checker.
  ClusterChecker(raft::testing::SafetyChecker& raft, const ControlOptions& options)
      : raft_(raft), options_(options), acked_([this](std::string id, std::string evidence) {
          fail(std::move(id), std::move(evidence));
        }) {}

  void fail(std::string id, std::string evidence) {
    raft_.fail(std::move(id), std::move(evidence));
  }

  // --- replay ---
  void on_batch(const Replaying& where,
                const BatchPointer& batch,
                const MetadataDelta& delta,
                const MetadataImage& before,
                const MetadataImage& after);
  void on_void(const Replaying& where, const v1::RecordBatch& batch, const MetadataImage& image);
  void on_restored(raft::NodeId node, const MetadataImage& image);
  void on_broker_image(BrokerId broker, const MetadataImage& image);

  // --- deciding ---
  void on_claimed(raft::NodeId node,
                  const ActiveController& engine,
                  const MetadataImage& committed,
                  std::uint64_t now_ms);
  void on_set_back(raft::NodeId node,
                   const ActiveController& engine,
                   const MetadataImage& committed);
  void on_decided(raft::NodeId node, const Verdict& verdict);
  void on_proposed(std::uint64_t token,
                   raft::NodeId node,
                   raft::Term term,
                   const BatchPointer& batch);
  void on_answered(raft::NodeId node, std::uint64_t wait_offset);
  // `broker` was heard of, or is taken as gone because it was not, on the clock of that controller.
  void on_contact(raft::NodeId node, BrokerId broker, std::uint64_t now_ms);
  void on_expired(raft::NodeId node, BrokerId broker, std::uint64_t now_ms);
  void on_principal(const v1::RecordBatch& batch, const std::string& principal);
  void on_alter_partition(const AlterPartition& command,
                          const AlterPartitionAnswer& answer,
                          const MetadataImage& before);
  enum class Served : std::uint8_t { kNo, kYes };
  void on_broker_request(BrokerId broker,
                         std::uint64_t epoch,
                         const MetadataImage& before,
                         Served served);
  void on_created(const CreateTopics& command,
                  const CreateTopicsAnswer& answer,
                  const MetadataImage& after);
  void on_producer_ids(const AllocateProducerIdsAnswer& answer);

  // --- what is known from outside ---
  // Of what the processes before it had.
  struct Process {
    bool has_proof = false;  // all is there, and it says so
    bool has_lost = false;
  };
  // The process `incarnation` of a broker begins.
  void on_process(BrokerId broker, const Uuid& incarnation, const Process& process);

  // Counts and indexes of the newest image, by brute force.
  void recount();

  [[nodiscard]] const std::vector<HistoryStep>& history() const { return history_; }
  // The newest image that any replica has; null before the first.
  [[nodiscard]] const MetadataImage& newest() const { return *newest_; }
  [[nodiscard]] std::uint64_t end() const { return newest_->end_offset; }
  // Where the step that begins at `base` stands in the history; nothing when none does.
  [[nodiscard]] std::optional<std::size_t> find(std::uint64_t base) const;
  [[nodiscard]] AckedRecords& acked() { return acked_; }
  // What replay tells of it.
  [[nodiscard]] ClusterCounts counts() const;

 private:
  struct Step {
    const v1::RecordBatch& batch;
    const MetadataDelta& delta;
    const MetadataImage& before;
    const MetadataImage& after;
  };

  // cluster_steps.cc
  void check_step(const Step& step);
  void check_partition(const Step& step, const TouchedPartition& touched);
  void check_change(const Step& step,
                    const TopicPartition& id,
                    const Partition& was,
                    const Partition& is,
                    std::uint32_t changes);
  void check_movement(const TopicPartition& id, const Partition& was, const Partition& is);
  void note_losses(const TopicPartition& id, const Partition& was, const Partition& is);
  void check_records(const Step& step);
  void check_registration(const Step& step, const v1::RegisterBroker& record, std::uint64_t offset);
  void check_features(const Step& step);
  void check_leaders(const Step& step);
  void check_configs(const Step& step);

  raft::testing::SafetyChecker& raft_;
  const ControlOptions& options_;
  AckedRecords acked_;
  std::vector<HistoryStep> history_;
  ImagePointer newest_ = std::make_shared<const MetadataImage>();
  std::map<std::uint64_t, std::uint64_t> hashes_;  // by end offset
  std::map<std::uint64_t, std::size_t> by_base_;
  struct Proposed {
    raft::Term term;
    BatchPointer batch;
  };
  std::map<std::uint64_t, Proposed> proposed_;              // by token
  std::map<BrokerId, std::uint64_t> epochs_;                // the newest ever
  std::set<std::pair<std::string, std::string>> requests_;  // principal and id of those done
  std::set<Uuid> topic_ids_;                                // that ever were
  std::map<std::pair<BrokerId, Uuid>, Process> processes_;  // by incarnation
  std::map<std::pair<raft::NodeId, BrokerId>, std::uint64_t> contacts_;  // ms
  std::map<raft::NodeId, std::uint64_t> claimed_ms_;
  std::map<std::int64_t, std::int64_t> producer_ids_;  // first -> end
  ClusterCounts counts_;
};

}  // namespace quorate::controller::testing
