// The part of SimBroker that follows the metadata: batches in order, or an image as a whole.
#include "broker-stub/metadata/partition_plan.h"
#include "controller/image/config_origin.h"
#include "controller/image/delta.h"
#include "controller/testing/sim_broker.h"
#include "raft/testing/evidence.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::evidence;

constexpr std::size_t kBatchesMax = 12;  // behind by more: a snapshot

std::int64_t min_insync(const MetadataImage& image, BrokerId me, const TopicPartition& id) {
  const Topic* topic = image.topics.find(id.topic);
  if (topic == nullptr) return 1;
  return effective_topic_number({image.configs, me}, topic->name, "min.insync.replicas");
}

}  // namespace

void SimBroker::poll() {
  SimController& from = quorum_.at(random_.below(quorum_.size()));
  world_.wire.send(place_of(id_), place_of(from.node()), [this, &from, life = life_] {
    if (!from.is_up()) return;
    world_.wire.send(place_of(from.node()), place_of(id_), [this, life, theirs = from.image()] {
      if (life == life_ && is_up_) follow(theirs);
    });
  });
}

void SimBroker::follow(const ImagePointer& theirs) {
  if (theirs->end_offset <= image_.end_offset) return;
  const bool has_batches = image_.end_offset > 0 && !random_.chance(1, 20);
  if (has_batches && follow_batches(theirs->end_offset)) return;
  const MetadataImage before = image_;
  image_ = *theirs;
  world_.checker.on_broker_image(id_, image_);
  adopt(plan(before, nullptr));
  reconfigure();
}

// Whether there were not too many of them.
bool SimBroker::follow_batches(std::uint64_t end) {
  const auto first = world_.checker.find(image_.end_offset);
  const auto& history = world_.checker.history();
  if (!first) {
    world_.checker.fail("C26", evidence("nothing follows ", image_.end_offset));
    return true;
  }
  std::size_t last = *first;
  while (last + 1 < history.size() && history[last].end < end)
    ++last;
  if (last - *first >= kBatchesMax) return false;
  for (std::size_t at = *first; at <= last; ++at) {
    const bool skips = world_.planted == PlantedFault::kSkippedBatch && random_.chance(1, 50);
    if (skips) continue;
    const MetadataImage before = image_;
    Result<Replayed> replayed = replay(image_, *history[at].batch);
    if (!replayed.is_ok() || replayed->outcome != ReplayOutcome::kApplied) {
      world_.checker.fail("C26", evidence("broker ", id_, " cannot follow at ", history[at].base));
      return true;
    }
    image_ = std::move(replayed->image);
    world_.checker.on_broker_image(id_, image_);
    adopt(plan(before, &replayed->delta));
    if (!replayed->delta.configs.empty()) reconfigure();
  }
  return true;
}

broker::PartitionPlan SimBroker::plan(const MetadataImage& before, const MetadataDelta* delta) {
  if (world_.planted == PlantedFault::kEarlyRoles) return broker::plan_all(before, image_, id_);
  return plans_.next(before, image_, delta);
}

void SimBroker::adopt(const broker::PartitionPlan& plan) {
  for (const broker::DroppedReplica& dropped : plan.drop)
    replicas_.erase(dropped.id);
  for (const broker::PlannedReplica& planned : plan.keep) {
    SimPartition& replica = open(planned.id);
    if (planned.role == broker::ReplicaRole::kLeader) {
      replica.lead(planned.state, min_insync(image_, id_, planned.id), now_ms());
    } else {
      replica.follow(planned.state);
    }
  }
  if (!is_tidy_ && !plan.keep.empty()) tidy();
}

SimPartition& SimBroker::open(const TopicPartition& id) {
  const SimPartition::Setup setup{
      .id = id,
      .me = id_,
      .leader = {.lag_max_ms = world_.options.data.lag_max_ms, .proposal_backoff_ms = 50},
      .acked = &world_.checker.acked(),
      .acks_early = world_.planted == PlantedFault::kEarlyAcknowledge};
  return replicas_.try_emplace(id, setup).first->second;
}

void SimBroker::reconfigure() {
  for (auto& [id, replica] : replicas_)
    replica.set_min_insync(min_insync(image_, id_, id));
}

// Logs from before that the first image does not give to this broker.
void SimBroker::tidy() {
  is_tidy_ = true;
  std::erase_if(replicas_, [&](const auto& one) {
    const Partition* partition = image_.topics.find(one.first);
    return partition == nullptr || !partition->replicas.contains(id_);
  });
}

const SimPartition* SimBroker::find(const TopicPartition& id) const {
  const auto found = replicas_.find(id);
  return found == replicas_.end() ? nullptr : &found->second;
}

}  // namespace quorate::controller::testing
