#include "tests/controller/control/cluster.h"

#include <catch2/catch.hpp>

#include "controller/control/invariants.h"
#include "controller/image/delta.h"

namespace quorate::controller::testing {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += word + ";";
  return text;
}

AnswerCodec codec() {
  AnswerCodec to;
  to.register_broker = [](const RegisterBrokerAnswer& answer) {
    return "epoch " + std::to_string(answer.broker_epoch);
  };
  to.create_topics = [](const CreateTopicsAnswer& answer) {
    std::vector<std::string> words;
    for (const CreateTopicAnswer& topic : answer.topics) {
      words.push_back(topic.name + "=" + to_string(topic.topic_id) + "/" +
                      std::to_string(topic.error));
    }
    return joined(words);
  };
  to.delete_topics = [](const DeleteTopicsAnswer& answer) {
    std::vector<std::string> words;
    for (const DeleteTopicAnswer& topic : answer.topics) {
      words.push_back(topic.name + "/" + std::to_string(topic.error));
    }
    return joined(words);
  };
  to.alter_partition = [](const AlterPartitionAnswer& answer) {
    return std::to_string(answer.partitions.size());
  };
  to.allocate_producer_ids = [](const AllocateProducerIdsAnswer& answer) {
    return std::to_string(answer.first) + "+" + std::to_string(answer.count);
  };
  to.alter_broker = [](const AlterBrokerAnswer& answer) { return std::to_string(answer.error); };
  to.elect_leaders = [](const ElectLeadersAnswer& answer) {
    return std::to_string(answer.partitions.size());
  };
  to.alter_configs = [](const AlterConfigsAnswer& answer) {
    return std::to_string(answer.resources.size());
  };
  to.alter_reassignments = [](const AlterReassignmentsAnswer& answer) {
    return std::to_string(answer.partitions.size());
  };
  to.create_partitions = [](const CreatePartitionsAnswer& answer) {
    return std::to_string(answer.topics.size());
  };
  to.update_features = [](const UpdateFeaturesAnswer& answer) {
    return std::to_string(answer.updates.size());
  };
  to.unregister_broker = [](const UnregisterBrokerAnswer& answer) {
    return std::string(answer.finished ? "finished" : "begun");
  };
  return to;
}

ControlOptions with_cluster_id(ControlOptions options) {
  options.cluster_id = kCluster;
  return options;
}

}  // namespace

ControlOptions with_eligible_leaders() {
  ControlOptions options;
  options.eligible_leaders = true;
  return options;
}

Cluster::Cluster(ControlOptions options) : control(with_cluster_id(options), codec()) {
  ctx.now_ms = 1'000'000;
  control.claim(committed, ctx.now_ms);
}

void Cluster::check_plan(const Plan& plan, const v1::RecordBatch* batch) {
  const int planned = plan.batch->records_size();
  int done = batch == nullptr ? 0 : batch->records_size();
  if (done > 0 && batch->records(done - 1).has_request_done()) --done;
  REQUIRE(planned == done);
  for (int at = 0; at < done; ++at) {
    const std::string text = batch->records(at).ShortDebugString();
    REQUIRE(plan.batch->records(at).ShortDebugString() == text);
  }
  if (done > 0) CHECK(plan.batch->cause().rule() == batch->cause().rule());
}

void Cluster::take(const Status& status, const v1::RecordBatch* batch, std::uint64_t wait_offset) {
  INFO(to_string(status));
  REQUIRE(status.is_ok());
  last_records.clear();
  last_rule.clear();
  if (batch != nullptr) {
    last_records.assign(batch->records().begin(), batch->records().end());
    last_rule = batch->cause().rule();
    Result<Replayed> result = replay(committed, *batch);
    INFO(to_string(result.status()));
    REQUIRE(result.is_ok());
    REQUIRE(result->outcome == ReplayOutcome::kApplied);
    committed = result->image;
    log.push_back(*batch);
    control.committed(committed.end_offset);
  }
  REQUIRE(wait_offset == control.pending().end_offset);
  REQUIRE(committed.end_offset == control.pending().end_offset);
  REQUIRE(state_hash(committed) == state_hash(control.pending()));
  const Status sound = check_image(control.pending());
  INFO(to_string(sound));
  REQUIRE(sound.is_ok());
}

Decision<TickAnswer> Cluster::tick() {
  Decision<TickAnswer> decision = control.tick(ctx);
  take(decision.status, decision.batch.get(), decision.wait_offset);
  return decision;
}

RegisterBroker Cluster::registration(BrokerId id) const {
  RegisterBroker command;
  command.cluster_id = kCluster;
  command.broker_id = id;
  command.incarnation = {0xb0, static_cast<std::uint64_t>(id)};
  command.endpoints = {{"PLAINTEXT", "127.0.0.1", 9092, "PLAINTEXT"}};
  command.log_dirs = {{0xd1, static_cast<std::uint64_t>(id)}};
  command.features = {{"eligible.leader.replicas.version", 0, 1}};
  return command;
}

void Cluster::start_brokers(BrokerId count, int racks) {
  for (BrokerId id = 0; id < count; ++id) {
    RegisterBroker command = registration(id);
    command.rack = "r" + std::to_string(id % racks);
    REQUIRE(decide(command).answer.error == v1::NONE);
    REQUIRE_FALSE(heartbeat(id).fenced);
  }
}

std::uint64_t Cluster::epoch(BrokerId id) const {
  const BrokerRegistration* broker = control.pending().cluster.find(id);
  return broker == nullptr ? 0 : broker->epoch;
}

HeartbeatAnswer Cluster::heartbeat(BrokerId id) {
  Heartbeat command;
  command.broker_id = id;
  command.broker_epoch = epoch(id);
  command.metadata_offset = committed.end_offset;
  return decide(command).answer;
}

void Cluster::heartbeat_all_but(BrokerId silent) {
  const MetadataImage now = control.pending();
  for (const auto& [id, broker] : now.cluster.brokers()) {
    if (id != silent && !broker->fenced) heartbeat(id);
  }
}

void Cluster::let_expire(BrokerId id) {
  while (!control.pending().cluster.find(id)->fenced) {
    ctx.now_ms += 250;
    heartbeat_all_but(id);
    tick();
  }
}

NewTopic Cluster::new_topic(const std::string& name, std::int32_t partitions, std::int32_t factor) {
  NewTopic topic;
  topic.name = name;
  topic.partitions = partitions;
  topic.replication_factor = factor;
  topic.id = {0x70, next_topic_++};
  return topic;
}

CreateTopicAnswer Cluster::create(const std::string& name,
                                  std::int32_t partitions,
                                  std::int32_t factor) {
  return decide(CreateTopics{{new_topic(name, partitions, factor)}}).answer.topics.at(0);
}

const Partition& Cluster::partition(const std::string& topic, std::int32_t number) const {
  const Topic* found = control.pending().topics.find(topic);
  REQUIRE(found != nullptr);
  REQUIRE(found->find(number) != nullptr);
  return *found->find(number);
}

TopicPartition Cluster::id(const std::string& topic, std::int32_t number) const {
  return {control.pending().topics.find(topic)->id, number};
}

AlterPartition Cluster::proposal(const std::string& topic,
                                 std::int32_t number,
                                 const std::vector<BrokerId>& isr) const {
  const Partition& now = partition(topic, number);
  AlterPartition command;
  command.broker_id = now.leader;
  command.broker_epoch = epoch(now.leader);
  AlterPartitionItem item;
  item.id = id(topic, number);
  item.leader_epoch = now.leader_epoch;
  item.partition_epoch = now.partition_epoch;
  for (const BrokerId one : isr)
    item.new_isr.push_back({one, epoch(one)});
  command.partitions = {item};
  return command;
}

}  // namespace quorate::controller::testing
