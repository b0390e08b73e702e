// Broker: what happens on the broker thread without a client asking: metadata, in-sync sets,
// checkpoints.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "quorate/controller/v1/partition_control.pb.h"

#include "broker-stub/server/broker.h"
#include "broker-stub/server/forwarding.h"

namespace quorate::broker {
namespace {

namespace v1 = controller::v1;

constexpr std::chrono::milliseconds kTick(50);
constexpr std::chrono::milliseconds kSlowTick(1000);
constexpr std::size_t kProposalsMax = 1000;  // of one request
constexpr std::int64_t kProposalTimeoutMs = 5000;

v1::AlterPartitionRequest request_for(const std::vector<ProposedIsr>& proposals,
                                      std::int32_t broker_id,
                                      std::uint64_t broker_epoch) {
  v1::AlterPartitionRequest request;
  request.set_broker_id(broker_id);
  request.set_broker_epoch(broker_epoch);
  for (const ProposedIsr& proposed : proposals) {
    v1::AlterPartitionItem& item = *request.add_partitions();
    item.mutable_topic_id()->set_high(proposed.id.topic.high);
    item.mutable_topic_id()->set_low(proposed.id.topic.low);
    item.set_partition(proposed.id.partition);
    item.set_leader_epoch(proposed.proposal.leader_epoch);
    item.set_partition_epoch(proposed.proposal.partition_epoch);
    for (const IsrMemberEpoch& member : proposed.proposal.isr) {
      v1::IsrMember& out = *item.add_new_isr();
      out.set_broker_id(member.broker);
      // Our own epoch is the request's.
      if (member.broker == broker_id)
        out.set_broker_epoch(broker_epoch);
      else if (member.broker_epoch)
        out.set_broker_epoch(*member.broker_epoch);
    }
  }
  return request;
}

ProposalOutcome outcome_of(v1::ErrorCode error) {
  constexpr std::array kStale{v1::INVALID_UPDATE_VERSION,
                              v1::FENCED_LEADER_EPOCH,
                              v1::NEW_LEADER_ELECTED,
                              v1::UNKNOWN_TOPIC_ID,
                              v1::UNKNOWN_TOPIC_OR_PARTITION};
  if (error == v1::NONE) return ProposalOutcome::kAccepted;
  return std::find(kStale.begin(), kStale.end(), error) == kStale.end() ? ProposalOutcome::kRejected
                                                                        : ProposalOutcome::kStale;
}

const v1::AlterPartitionResult* result_for(const v1::AlterPartitionResponse& answer,
                                           const controller::TopicPartition& id) {
  for (const v1::AlterPartitionResult& result : answer.partitions()) {
    const controller::Uuid topic{result.topic_id().high(), result.topic_id().low()};
    if (topic == id.topic && result.partition() == id.partition) return &result;
  }
  return nullptr;
}

// `replicas` is what an ISR change does not touch.
controller::Partition state_of(const v1::AlterPartitionResult& result,
                               const controller::Partition& before) {
  controller::Partition state = before;
  const std::vector<BrokerId> isr(result.isr().begin(), result.isr().end());
  state.isr = controller::BrokerList(std::span<const BrokerId>(isr));
  state.leader = result.leader();
  state.leader_epoch = result.leader_epoch();
  state.partition_epoch = result.partition_epoch();
  state.recovering = result.recovering();
  return state;
}

}  // namespace

void Broker::apply(const MetadataChange& change) {
  if (stopping_) return;
  const PartitionPlan plan =
      plans_.next(*change.before, *change.after, change.delta ? &*change.delta : nullptr);
  replicas_->apply(plan, *change.after);
  if (!change.delta || !change.delta->configs.empty()) replicas_->reconfigure(*change.after);
  image_.set(change.after);
  service_->set_metadata(*change.after);
  applied_offset_ = change.after->end_offset;
  const bool brokers_moved = !change.delta || !change.delta->brokers.empty();
  if (brokers_moved || !plan.keep.empty() || !plan.drop.empty()) {
    fetchers_->follow(*change.after, serving_->view.listener);
  }
  if (session_) session_->set_metadata_offset(change.after->end_offset);
  report_.on_metadata(*change.after, plan.keep.size() + plan.drop.size());
}

void Broker::tick() {
  if (stopping_) return;
  if (!proposals_in_flight_ && registered_) {
    auto proposals = replicas_->propose(*image_.get(), kProposalsMax);
    if (!proposals.empty()) {
      proposals_in_flight_ = true;
      asio::co_spawn(io_, send_proposals(std::move(proposals)), asio::detached);
    }
  }
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([this](const asio::error_code& reason) {
    if (!reason) tick();
  });
}

void Broker::tick_slowly() {
  if (stopping_) return;
  if (const Status status = replicas_->checkpoint(); !status.is_ok()) {
    report_.log().error("checkpoint failed", {{"reason", to_string(status)}});
  }
  offline_partitions_ = replicas_->counts().offline;
  report_.update(*replicas_, serving_->counters, listener_->counters(), applied_offset_);
  slow_timer_.expires_after(kSlowTick);
  slow_timer_.async_wait([this](const asio::error_code& reason) {
    if (!reason) tick_slowly();
  });
}

asio::awaitable<void> Broker::send_proposals(std::vector<ProposedIsr> proposals) {
  const v1::AlterPartitionRequest request = request_for(proposals, options_.node_id, broker_epoch_);
  const std::function<Result<v1::AlterPartitionResponse>(controller::ControllerClient&)> work =
      [request](controller::ControllerClient& client) {
        return client.alter_partition(request, {.timeout_ms = kProposalTimeoutMs});
      };
  const auto answer = co_await calls_->call(work);
  // What it says rests on all that is committed before it, configuration too: an ISR that is
  // smaller because more in-sync replicas are asked for now must not meet the old number (PAR-14).
  const bool is_read =
      answer.is_ok() && co_await image_.reaches(answer->meta().commit_offset(), kOwnImageWait);
  proposals_in_flight_ = false;
  for (const ProposedIsr& proposed : proposals) {
    Partition* partition = replicas_->find(proposed.id);
    if (partition == nullptr) continue;
    if (!is_read) {
      const bool certain = !answer.is_ok() && answer.status().is_rejected();
      replicas_->on_proposal_outcome(
          proposed, certain ? ProposalOutcome::kNotTaken : ProposalOutcome::kUnknown, {});
      continue;
    }
    const v1::AlterPartitionResult* result = result_for(*answer, proposed.id);
    if (answer->error() != v1::NONE || result == nullptr) {
      replicas_->on_proposal_outcome(proposed, ProposalOutcome::kRejected, {});
      continue;
    }
    const ProposalOutcome outcome = outcome_of(result->error());
    std::optional<controller::Partition> accepted;
    if (outcome == ProposalOutcome::kAccepted) accepted = state_of(*result, partition->state());
    replicas_->on_proposal_outcome(proposed, outcome, accepted);
  }
}

}  // namespace quorate::broker
