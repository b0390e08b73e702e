#include "controller/testing/cluster_checker.h"

#include <algorithm>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "raft/testing/evidence.h"

namespace quorate::controller::testing {

using raft::testing::evidence;

// --- replay ---

void ClusterChecker::on_batch(const Replaying& where,
                              const BatchPointer& batch,
                              const MetadataDelta& delta,
                              const MetadataImage& before,
                              const MetadataImage& after) {
  const std::uint64_t hash = state_hash(after);
  const auto records = static_cast<std::uint64_t>(batch->records_size());
  if (before.end_offset != batch->base_offset() ||
      after.end_offset != batch->base_offset() + records) {
    return fail("C4",
                evidence('c', where.node, " has part of the batch at ", batch->base_offset()));
  }
  if (const auto known = hashes_.find(after.end_offset); known != hashes_.end()) {
    if (known->second == hash) return;
    return fail("C1", evidence('c', where.node, " differs behind offset ", after.end_offset));
  }
  if (before.end_offset != end()) {
    return fail("C1",
                evidence('c', where.node, " replays at ", before.end_offset, ", not at ", end()));
  }
  const auto proposal = proposed_.find(where.token);
  if (proposal == proposed_.end() || proposal->second.term != where.entry.term) {
    return fail("C7",
                evidence("the batch at ", batch->base_offset(), " is of term ", where.entry.term));
  }
  hashes_[after.end_offset] = hash;
  by_base_[batch->base_offset()] = history_.size();
  newest_ = std::make_shared<const MetadataImage>(after);
  history_.push_back({batch->base_offset(), after.end_offset, hash, batch, newest_});
  check_step({*batch, delta, before, after});
}

void ClusterChecker::on_void(const Replaying& where,
                             const v1::RecordBatch& batch,
                             const MetadataImage& image) {
  ++counts_.voids;
  if (batch.base_offset() == image.end_offset) {
    fail("C4", evidence('c', where.node, " leaves out the batch at ", batch.base_offset()));
  }
}

void ClusterChecker::on_restored(raft::NodeId node, const MetadataImage& image) {
  ++counts_.snapshots;
  if (image.end_offset == 0) return;
  const auto known = hashes_.find(image.end_offset);
  if (known == hashes_.end()) {
    return fail(
        "C2",
        evidence(
            'c', node, " reads a snapshot that ends inside of a batch, at ", image.end_offset));
  }
  if (known->second != state_hash(image)) {
    fail("C2", evidence('c', node, " reads another image of offset ", image.end_offset));
  }
}

void ClusterChecker::on_broker_image(BrokerId broker, const MetadataImage& image) {
  if (image.end_offset == 0) return;
  const auto known = hashes_.find(image.end_offset);
  if (known == hashes_.end()) {
    return fail("C26",
                evidence("broker ", broker, " ends inside of a batch, at ", image.end_offset));
  }
  if (known->second != state_hash(image)) {
    fail("C1", evidence("broker ", broker, " differs behind offset ", image.end_offset));
  }
}

std::optional<std::size_t> ClusterChecker::find(std::uint64_t base) const {
  const auto found = by_base_.find(base);
  return found == by_base_.end() ? std::nullopt : std::optional(found->second);
}

// --- deciding ---

void ClusterChecker::on_claimed(raft::NodeId node,
                                const ActiveController& engine,
                                const MetadataImage& committed,
                                std::uint64_t now_ms) {
  ++counts_.claims;
  claimed_ms_[node] = now_ms;
  std::erase_if(contacts_, [&](const auto& one) { return one.first.first == node; });
  on_set_back(node, engine, committed);
}

void ClusterChecker::on_set_back(raft::NodeId node,
                                 const ActiveController& engine,
                                 const MetadataImage& committed) {
  const MetadataImage& pending = engine.pending();
  if (pending.end_offset != committed.end_offset || state_hash(pending) != state_hash(committed)) {
    fail(
        "C5",
        evidence('c', node, " goes on at ", pending.end_offset, ", not at ", committed.end_offset));
  }
}

void ClusterChecker::on_decided(raft::NodeId node, const Verdict& verdict) {
  if (!verdict.status.is_ok()) fail("OWN", evidence('c', node, ": ", verdict.status));
}

void ClusterChecker::on_proposed(std::uint64_t token,
                                 raft::NodeId /*node*/,
                                 raft::Term term,
                                 const BatchPointer& batch) {
  proposed_[token] = {term, batch};
}

void ClusterChecker::on_answered(raft::NodeId node, std::uint64_t wait_offset) {
  if (wait_offset <= end()) return;
  fail("C6", evidence('c', node, " answers at ", wait_offset, ", committed is ", end()));
}

void ClusterChecker::on_contact(raft::NodeId node, BrokerId broker, std::uint64_t now_ms) {
  contacts_[{node, broker}] = now_ms;
}

void ClusterChecker::on_expired(raft::NodeId node, BrokerId broker, std::uint64_t now_ms) {
  std::uint64_t last = claimed_ms_[node];
  const auto contact = contacts_.find({node, broker});
  if (contact != contacts_.end()) last = std::max(last, contact->second);
  if (now_ms - last >= options_.session.session_timeout_ms) return;
  fail("C30", evidence('c', node, " fences broker ", broker, ' ', now_ms - last, " ms after it"));
}

void ClusterChecker::on_principal(const v1::RecordBatch& batch, const std::string& principal) {
  if (batch.cause().principal() == principal) return;
  fail("C32", evidence("'", batch.cause().principal(), "' instead of '", principal, "'"));
}

void ClusterChecker::on_alter_partition(const AlterPartition& command,
                                        const AlterPartitionAnswer& answer,
                                        const MetadataImage& before) {
  if (answer.error != v1::NONE) return;
  for (std::size_t at = 0; at < answer.partitions.size(); ++at) {
    const v1::ErrorCode error = answer.partitions[at].error;
    if (error != v1::NONE && error != v1::NEW_LEADER_ELECTED) continue;
    const AlterPartitionItem& asked = command.partitions[at];
    const Partition* was = before.topics.find(asked.id);
    const bool fits = was != nullptr && was->leader == command.broker_id &&
                      was->leader_epoch == asked.leader_epoch &&
                      was->partition_epoch == asked.partition_epoch;
    if (!fits) fail("C16", evidence("broker ", command.broker_id, " is not the leader of then"));
    for (const IsrMember& member : asked.new_isr) {
      const BrokerRegistration* broker = before.cluster.find(member.broker_id);
      if (broker == nullptr || (member.broker_epoch && broker->epoch != *member.broker_epoch)) {
        fail("C16", evidence("member ", member.broker_id, " has another epoch"));
      }
    }
  }
}

void ClusterChecker::on_broker_request(BrokerId broker,
                                       std::uint64_t epoch,
                                       const MetadataImage& before,
                                       Served served) {
  const BrokerRegistration* now = before.cluster.find(broker);
  if ((now != nullptr && now->epoch == epoch) || served == Served::kNo) return;
  fail("C9", evidence("broker ", broker, " of epoch ", epoch, " is served"));
}

void ClusterChecker::on_created(const CreateTopics& command,
                                const CreateTopicsAnswer& answer,
                                const MetadataImage& after) {
  for (std::size_t at = 0; at < answer.topics.size(); ++at) {
    if (answer.topics[at].error != v1::NONE) continue;
    const NewTopic& asked = command.topics[at];
    const Topic* topic = after.topics.find(asked.name);
    const auto wanted = static_cast<std::size_t>(asked.replication_factor);
    if (topic == nullptr || topic->find(0) == nullptr ||
        (asked.partitions > 0 && topic->find(asked.partitions - 1) == nullptr) ||
        (asked.replication_factor > 0 && topic->find(0)->replicas.size() != wanted)) {
      fail("C18", evidence("topic ", asked.name, " is not what was asked for"));
    }
  }
}

void ClusterChecker::on_producer_ids(const AllocateProducerIdsAnswer& answer) {
  if (answer.error != v1::NONE) return;
  const std::int64_t last = answer.first + answer.count;
  const auto next = producer_ids_.lower_bound(answer.first);
  const bool hits_next = next != producer_ids_.end() && next->first < last;
  const bool hits_prev = next != producer_ids_.begin() && std::prev(next)->second > answer.first;
  if (hits_next || hits_prev) fail("C25", evidence("a second block from ", answer.first));
  producer_ids_[answer.first] = last;
}

void ClusterChecker::on_process(BrokerId broker, const Uuid& incarnation, const Process& process) {
  processes_[{broker, incarnation}] = process;
}

// --- counting ---

ClusterCounts ClusterChecker::counts() const {
  ClusterCounts counts = counts_;
  counts.batches = history_.size();
  counts.acked = acked_.count();
  counts.given_up = acked_.given_up();
  return counts;
}

void ClusterChecker::recount() {
  struct Held {
    std::size_t replicas = 0;
    std::size_t leaders = 0;
    std::size_t preferred = 0;
  };
  std::map<BrokerId, Held> held;
  std::size_t partitions = 0;
  std::size_t leaderless = 0;
  std::size_t moving = 0;
  for (const auto& [id, topic] : newest_->topics.by_id()) {
    for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at) {
      ++partitions;
      leaderless += one->leader == kNoBroker ? 1U : 0U;
      moving += one->is_moving() ? 1U : 0U;
      ++held[one->leader].leaders;
      ++held[one->replicas[0]].preferred;
      for (const BrokerId replica : one->replicas)
        ++held[replica].replicas;
    }
  }
  const PartitionIndex& index = newest_->topics.index();
  bool is_right = partitions == newest_->topics.partition_count() &&
                  leaderless == index.leaderless().size() && moving == index.moving().size();
  held.erase(kNoBroker);
  for (const auto& [id, counted] : held) {
    const BrokerHoldings& known = index.of(id);
    is_right = is_right && known.replicas.size() == counted.replicas &&
               known.leaders == counted.leaders && known.preferred == counted.preferred;
  }
  if (!is_right) fail("C28", evidence("behind offset ", end()));
}

}  // namespace quorate::controller::testing
