// ActiveController: decides. One command in, records and an answer out.
//
//   command ──▶ decide on a draft of the pending image ──▶ invariants ──▶ pending image, batch
//
// Two images: *pending* holds every batch that was decided here, committed or not, and is what
// commands are decided on; the committed image belongs to the service, which releases answers when
// it reaches Decision::wait_offset.
//
// Invariants:
//   - a batch that leaves begins at the pending image's end and keeps PAR-1..PAR-9 and PAR-13 on
//     all it touches; one that would not is refused with a trace and changes nothing
//   - the same pending image, sessions, command and context give the same decision on any node
//   - no batch has more partition changes than StepOptions allows, however many a broker holds:
//   what
//     remains is done by later passes, and by another active controller if it comes to that
//   - what is refused leaves no record, except the answer that a request id must remember
//
// Owner: the service's command loop. Thread: the command thread. No clock, no I/O, no randomness.
// Source: design of Kafka's QuorumController (KIP-500, KIP-631), restated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "controller/control/commands.h"
#include "controller/control/decision.h"
#include "controller/control/mutation_quota.h"
#include "controller/control/options.h"
#include "controller/control/security_commands.h"
#include "controller/control/sessions.h"
#include "controller/control/unfinished.h"
#include "controller/image/image.h"

namespace quorate::controller {

// How the service serializes its response messages, without their ResponseMeta, for RequestDone.
// Each must be set when requests with an id are to be decided.
struct AnswerCodec {
  std::function<std::string(const RegisterBrokerAnswer&)> register_broker;
  std::function<std::string(const CreateTopicsAnswer&)> create_topics;
  std::function<std::string(const DeleteTopicsAnswer&)> delete_topics;
  std::function<std::string(const AlterPartitionAnswer&)> alter_partition;
  std::function<std::string(const AllocateProducerIdsAnswer&)> allocate_producer_ids;
  std::function<std::string(const UnregisterBrokerAnswer&)> unregister_broker;
  std::function<std::string(const AlterBrokerAnswer&)> alter_broker;
  std::function<std::string(const ElectLeadersAnswer&)> elect_leaders;
  std::function<std::string(const AlterConfigsAnswer&)> alter_configs;
  std::function<std::string(const AlterReassignmentsAnswer&)> alter_reassignments;
  std::function<std::string(const CreatePartitionsAnswer&)> create_partitions;
  std::function<std::string(const UpdateFeaturesAnswer&)> update_features;
  std::function<std::string(const AlterClientQuotasAnswer&)> alter_client_quotas;
  std::function<std::string(const AlterScramAnswer&)> alter_scram;
  std::function<std::string(const CreateAclsAnswer&)> create_acls;
  std::function<std::string(const DeleteAclsAnswer&)> delete_acls;
};

struct BrokerView;
struct Leftover;

class ActiveController {
 public:
  ActiveController(ControlOptions options, AnswerCodec codec);

  // This controller has become the active one: `image` is all that is committed. O(brokers).
  void claim(MetadataImage image, std::uint64_t now_ms);
  // What was pending never came to be (a void batch, the leadership lost): back to `image`.
  void reset(MetadataImage image);
  // Everything below `end_offset` is committed.
  void committed(std::uint64_t end_offset);

  [[nodiscard]] const MetadataImage& pending() const { return pending_; }
  [[nodiscard]] std::uint64_t committed_offset() const { return committed_offset_; }
  [[nodiscard]] bool has_uncommitted() const { return committed_offset_ < pending_.end_offset; }
  [[nodiscard]] const Sessions& sessions() const { return sessions_; }
  [[nodiscard]] const Unfinished& unfinished() const { return unfinished_; }
  [[nodiscard]] const ControlOptions& options() const { return options_; }

  Decision<RegisterBrokerAnswer> decide(const RegisterBroker& command, const RequestContext& ctx);
  Decision<HeartbeatAnswer> decide(const Heartbeat& command, const RequestContext& ctx);
  Decision<BrokerGoneAnswer> decide(const BrokerGone& command, const RequestContext& ctx);
  Decision<AppendNoOpAnswer> decide(const AppendNoOp& command, const RequestContext& ctx);
  Decision<CreateTopicsAnswer> decide(const CreateTopics& command, const RequestContext& ctx);
  Decision<DeleteTopicsAnswer> decide(const DeleteTopics& command, const RequestContext& ctx);
  Decision<AlterPartitionAnswer> decide(const AlterPartition& command, const RequestContext& ctx);
  Decision<AllocateProducerIdsAnswer> decide(const AllocateProducerIds& command,
                                             const RequestContext& ctx);
  Decision<UnregisterBrokerAnswer> decide(const UnregisterBroker& command,
                                          const RequestContext& ctx);
  Decision<AlterBrokerAnswer> decide(const AlterBroker& command, const RequestContext& ctx);
  Decision<ElectLeadersAnswer> decide(const ElectLeaders& command, const RequestContext& ctx);
  Decision<AlterConfigsAnswer> decide(const AlterConfigs& command, const RequestContext& ctx);
  Decision<AlterReassignmentsAnswer> decide(const AlterReassignments& command,
                                            const RequestContext& ctx);
  Decision<CreatePartitionsAnswer> decide(const CreatePartitions& command,
                                          const RequestContext& ctx);
  Decision<UpdateFeaturesAnswer> decide(const UpdateFeatures& command, const RequestContext& ctx);
  Decision<AlterClientQuotasAnswer> decide(const AlterClientQuotas& command,
                                           const RequestContext& ctx);
  Decision<AlterScramAnswer> decide(const AlterScram& command, const RequestContext& ctx);
  Decision<CreateAclsAnswer> decide(const CreateAcls& command, const RequestContext& ctx);
  Decision<DeleteAclsAnswer> decide(const DeleteAcls& command, const RequestContext& ctx);
  // One step of what is due: the broker whose session expired first is fenced, else what is
  // unfinished goes on. Call it several times a second: a gap longer than
  // SessionOptions::gap_max_ms between any two calls counts as a pause of our own.
  Decision<TickAnswer> tick(const RequestContext& ctx);

 private:
  // Where a pass over what operators want of brokers stands. What there is to do stands in the
  // image; a new active controller begins anew.
  struct BrokerPass {
    BrokerId broker = kNoBroker;  // kNoBroker: none is under way
    PartitionKey from = kFirstKey;
  };
  struct TimedPass {
    BrokerPass at;
    std::uint64_t due_ms = 0;  // of the next step
  };

  [[nodiscard]] BrokerView view() const;
  void take_over(const Leftover& leftover);
  void note_handed_over(BrokerId id);
  void request_what_is_due(std::uint64_t now_ms);
  void take_step(Draft& draft, Leftover& leftover, Unfinished& after);
  [[nodiscard]] bool is_drain_due(std::uint64_t now_ms);
  [[nodiscard]] BrokerPass drain_step(Draft& draft, const BrokerPass& at) const;
  void schedule_drain(const BrokerPass& next, std::uint64_t now_ms);
  [[nodiscard]] bool is_emptying_due(std::uint64_t now_ms);
  [[nodiscard]] BrokerPass empty_step(Draft& draft, const BrokerPass& at, Leftover& leftover) const;
  enum class Progress : std::uint8_t { kMade, kNone };
  void schedule_emptying(const BrokerPass& next, Progress progress, std::uint64_t now_ms);
  [[nodiscard]] BrokerPass begin_wish(Draft& draft, const AlterBroker& command) const;

  ControlOptions options_;
  AnswerCodec codec_;
  MetadataImage pending_;
  std::uint64_t committed_offset_ = 0;
  Sessions sessions_;
  MutationBuckets mutations_;
  Unfinished unfinished_;
  std::uint64_t balance_due_ms_ = 0;
  std::uint64_t leaderless_due_ms_ = 0;
  TimedPass drain_;
  TimedPass emptying_;
};

}  // namespace quorate::controller
