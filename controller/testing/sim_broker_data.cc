// The part of SimBroker that copies records and proposes who is in sync.
#include <algorithm>
#include <array>
#include <utility>

#include "quorate/controller/v1/common.pb.h"

#include "controller/testing/sim_broker.h"

namespace quorate::controller::testing {
namespace {

using broker::ProposalOutcome;

constexpr SimTime kOwnImageWait = 500 * kMillisecond;

// As broker-stub/server/broker_loop.cc reads an answer.
ProposalOutcome outcome_of(v1::ErrorCode error) {
  constexpr std::array kStale{v1::INVALID_UPDATE_VERSION,
                              v1::FENCED_LEADER_EPOCH,
                              v1::NEW_LEADER_ELECTED,
                              v1::UNKNOWN_TOPIC_ID,
                              v1::UNKNOWN_TOPIC_OR_PARTITION};
  if (error == v1::NONE) return ProposalOutcome::kAccepted;
  const bool is_stale = std::find(kStale.begin(), kStale.end(), error) != kStale.end();
  return is_stale ? ProposalOutcome::kStale : ProposalOutcome::kRejected;
}

}  // namespace

void SimBroker::fetch() {
  std::map<BrokerId, std::vector<FetchAsked>> by_leader;
  for (const auto& [id, replica] : replicas_) {
    if (replica.leads() || replica.leader() == kNoBroker || replica.leader() == id_) continue;
    by_leader[replica.leader()].push_back(replica.ask());
  }
  for (auto& [leader, asked] : by_leader) {
    const auto at = static_cast<std::size_t>(leader);
    if (at >= brokers_.size()) continue;
    world_.wire.send(place_of(id_),
                     place_of(leader),
                     [to = brokers_[at].get(),
                      me = id_,
                      epoch = epoch_,
                      life = life_,
                      asked = std::move(asked)] { to->give(me, epoch, life, asked); });
  }
}

void SimBroker::give(BrokerId to,
                     std::uint64_t epoch,
                     std::uint64_t life,
                     const std::vector<FetchAsked>& asked) {
  if (!is_up_) return;
  std::vector<FetchGiven> given;
  for (const FetchAsked& one : asked) {
    const auto found = replicas_.find(one.id);
    if (found == replicas_.end()) continue;
    given.push_back(
        found->second.give(one, to, epoch, world_.options.data.fetch_records_max, now_ms()));
  }
  SimBroker* follower = brokers_[static_cast<std::size_t>(to)].get();
  world_.wire.send(place_of(id_), place_of(to), [follower, life, given = std::move(given)] {
    if (follower->life_ != life || !follower->is_up_) return;
    for (const FetchGiven& one : given) {
      const auto found = follower->replicas_.find(one.asked.id);
      if (found != follower->replicas_.end()) found->second.take(one);
    }
  });
}

void SimBroker::propose() {
  if (is_proposing_ || !is_registered_) return;
  const auto is_active = [&](BrokerId id) { return image_.cluster.is_active(id); };
  std::vector<std::pair<TopicPartition, broker::IsrProposal>> proposed;
  AlterPartition command;
  command.broker_id = id_;
  command.broker_epoch = epoch_;
  for (auto& [id, replica] : replicas_) {
    const auto proposal = replica.propose(now_ms(), is_active);
    if (!proposal) continue;
    AlterPartitionItem item;
    item.id = id;
    item.leader_epoch = proposal->leader_epoch;
    item.partition_epoch = proposal->partition_epoch;
    for (const broker::IsrMemberEpoch& member : proposal->isr) {
      const bool is_me = member.broker == id_;
      item.new_isr.push_back({member.broker, is_me ? std::optional(epoch_) : member.broker_epoch});
    }
    command.partitions.push_back(std::move(item));
    proposed.emplace_back(id, *proposal);
  }
  if (proposed.empty()) return;
  is_proposing_ = true;
  if (random_.chance(1, 4)) old_proposal_ = command;
  const std::size_t to = some_controller();
  quorum_.call(place_of(id_),
               to,
               std::move(command),
               {"broker-" + std::to_string(id_), {}, {}},
               [this, to, life = life_, proposed](const Reply<AlterPartitionAnswer>& reply) {
                 if (life != life_) return;
                 if (!reply.status.is_ok()) note_refusal(reply.status, to);
                 on_proposed(proposed, reply, world_.heap.now() + kOwnImageWait);
               });
}

// Whether every partition has changed since; one that has not would be asked for twice, which is
// what a connection does not do.
bool SimBroker::is_overtaken(const AlterPartition& command) const {
  const auto& items = command.partitions;
  return std::all_of(items.begin(), items.end(), [&](const AlterPartitionItem& item) {
    const Partition* now = world_.checker.newest().topics.find(item.id);
    return now != nullptr && now->partition_epoch > item.partition_epoch;
  });
}

// What an answer says rests on all that is committed before it, configuration too (PAR-14).
void SimBroker::on_proposed(const Proposed& proposed,
                            const Reply<AlterPartitionAnswer>& reply,
                            SimTime deadline) {
  if (!reply.status.is_ok() || image_.end_offset >= reply.place.commit_offset) {
    return end_proposed(proposed, reply);
  }
  if (world_.heap.now() >= deadline) {
    return end_proposed(proposed, {Status(Code::kUnknownOutcome, "too late"), {}, {}, {}, {}});
  }
  world_.heap.after(10 * kMillisecond, [this, proposed, reply, deadline, life = life_] {
    if (life == life_) on_proposed(proposed, reply, deadline);
  });
}

void SimBroker::end_proposed(const Proposed& proposed, const Reply<AlterPartitionAnswer>& reply) {
  is_proposing_ = false;
  for (std::size_t at = 0; at < proposed.size(); ++at) {
    const auto found = replicas_.find(proposed[at].first);
    if (found == replicas_.end()) continue;
    SimPartition& replica = found->second;
    const broker::IsrProposal& proposal = proposed[at].second;
    if (!reply.status.is_ok()) {
      const bool is_certain = reply.status.is_rejected();
      replica.on_outcome(proposal,
                         is_certain ? ProposalOutcome::kNotTaken : ProposalOutcome::kUnknown,
                         {},
                         now_ms());
      continue;
    }
    if (reply.answer.error != v1::NONE) {
      replica.on_outcome(proposal, ProposalOutcome::kRejected, {}, now_ms());
      continue;
    }
    const AlterPartitionItemAnswer& item = reply.answer.partitions[at];
    std::optional<Partition> accepted;
    if (outcome_of(item.error) == ProposalOutcome::kAccepted) {
      accepted = replica.state();
      accepted->isr = BrokerList(item.isr);
      accepted->leader = item.leader;
      accepted->leader_epoch = item.leader_epoch;
      accepted->partition_epoch = item.partition_epoch;
      accepted->recovering = item.recovering;
    }
    replica.on_outcome(proposal, outcome_of(item.error), accepted, now_ms());
  }
}

bool SimBroker::produce(const TopicPartition& id, std::uint64_t value) {
  const auto found = replicas_.find(id);
  return is_up_ && found != replicas_.end() && found->second.produce(value);
}

bool SimBroker::counts_on(const TopicPartition& id, const Partition& committed) const {
  const auto found = replicas_.find(id);
  if (!is_up_ || found == replicas_.end() || !found->second.leads()) return true;
  const broker::LeaderState& leading = found->second.leading();
  if (leading.leader_epoch() != committed.leader_epoch) return true;
  const std::vector<BrokerId> counted = leading.maximal_isr();
  return std::all_of(committed.isr.begin(), committed.isr.end(), [&](BrokerId member) {
    return std::find(counted.begin(), counted.end(), member) != counted.end();
  });
}

}  // namespace quorate::controller::testing
