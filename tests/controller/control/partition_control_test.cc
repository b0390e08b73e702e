// AlterPartition check by check, and producer id blocks: ISR-1..ISR-12, PID-1.
#include "controller/control/partition_control.h"

#include <limits>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

// Three brokers and topic orders of two partitions on all of them; broker 2 is out of the ISR of
// partition 0, which 0 or 1 leads.
struct Orders : Cluster {
  Orders() {
    start_brokers(3);
    create("orders", 2, 3);
    NewTopic topic = new_topic("fixed", -1, -1);
    topic.assignments = {{0, {0, 1, 2}}, {1, {1, 2, 0}}};
    decide(CreateTopics{{topic}});
    REQUIRE(verdict(proposal("fixed", 0, {0, 1})) == v1::NONE);
  }
  v1::ErrorCode verdict(const AlterPartition& command) {
    const auto decision = decide(command);
    REQUIRE(decision.answer.error == v1::NONE);
    return decision.answer.partitions.at(0).error;
  }
  // The verdict is `error`, and nothing is written.
  void check_refused(const AlterPartition& command, v1::ErrorCode error, const std::string& rule) {
    const auto decision = decide(command);
    CHECK(decision.answer.partitions.at(0).error == error);
    CHECK(decision.batch == nullptr);
    CHECK_THAT(last_trace, Catch::Contains(rule));
  }
};

TEST_CASE("a proposal under another broker epoch is stale as a whole", "[control][isr][ISR-1]") {
  Orders cluster;
  AlterPartition command = cluster.proposal("fixed", 0, {0});
  ++command.broker_epoch;
  CHECK(cluster.decide(command).answer.error == v1::STALE_BROKER_EPOCH);
  command.broker_id = 9;
  CHECK(cluster.decide(command).answer.error == v1::STALE_BROKER_EPOCH);
  CHECK(cluster.decide(command).answer.partitions.empty());
}

TEST_CASE("a proposal for what does not exist is refused", "[control][isr][ISR-2][ISR-3]") {
  Orders cluster;
  AlterPartition command = cluster.proposal("fixed", 0, {0});
  command.partitions[0].id.topic = {5, 5};
  cluster.check_refused(command, v1::UNKNOWN_TOPIC_ID, "ISR-2");
  command.partitions[0].id = cluster.id("fixed", 0);
  command.partitions[0].id.partition = 2;
  cluster.check_refused(command, v1::UNKNOWN_TOPIC_OR_PARTITION, "ISR-3");
}

TEST_CASE("a proposal is judged by its epochs in the order of the rules",
          "[control][isr][ISR-4][ISR-5][ISR-6][ISR-7][C16]") {
  Orders cluster;
  cluster.let_expire(0);  // 1 leads now, in leader epoch 1
  const auto with = [&](std::int32_t leader_epoch, std::int32_t partition_epoch, BrokerId sender) {
    AlterPartition command = cluster.proposal("fixed", 0, {1});
    command.broker_id = sender;
    command.broker_epoch = cluster.epoch(sender);
    command.partitions[0].leader_epoch = leader_epoch;
    command.partitions[0].partition_epoch = partition_epoch;
    return command;
  };
  const Partition now = cluster.partition("fixed", 0);
  REQUIRE(now.leader == 1);
  REQUIRE(now.leader_epoch == 1);
  REQUIRE(now.partition_epoch == 2);
  cluster.check_refused(with(2, 0, 2), v1::NOT_CONTROLLER, "ISR-4");
  cluster.check_refused(with(0, 3, 2), v1::NOT_CONTROLLER, "ISR-4");
  cluster.check_refused(with(0, 0, 2), v1::FENCED_LEADER_EPOCH, "ISR-5");
  cluster.check_refused(with(1, 0, 2), v1::INVALID_REQUEST, "ISR-6");
  cluster.check_refused(with(1, 0, 1), v1::INVALID_UPDATE_VERSION, "ISR-7");
}

TEST_CASE("an ISR that cannot be is refused", "[control][isr][ISR-8][ISR-9]") {
  Orders cluster;
  cluster.start_brokers(4);
  cluster.check_refused(cluster.proposal("fixed", 0, {}), v1::INVALID_REQUEST, "ISR-8");
  cluster.check_refused(cluster.proposal("fixed", 0, {0, 0}), v1::INVALID_REQUEST, "ISR-8");
  cluster.check_refused(cluster.proposal("fixed", 0, {0, 3}), v1::INVALID_REQUEST, "ISR-8");
  cluster.check_refused(cluster.proposal("fixed", 0, {1, 2}), v1::INVALID_REQUEST, "ISR-9");
}

TEST_CASE("only the leader of a recovering partition says that it has recovered",
          "[control][isr][ISR-10]") {
  Orders cluster;
  AlterPartition command = cluster.proposal("fixed", 0, {0});
  command.partitions[0].recovering = true;
  cluster.check_refused(command, v1::INVALID_REQUEST, "ISR-10");
  // An unclean election happened.
  Partition unclean = cluster.partition("fixed", 0);
  unclean.recovering = true;
  unclean.isr = BrokerList{0};
  REQUIRE(cluster.committed.topics.put_partition(cluster.id("fixed", 0), unclean).is_ok());
  cluster.control.reset(cluster.committed);
  command = cluster.proposal("fixed", 0, {0, 1});
  command.partitions[0].recovering = true;
  cluster.check_refused(command, v1::INVALID_REQUEST, "ISR-10");
  command.partitions[0].recovering = false;
  CHECK(cluster.verdict(command) == v1::NONE);
  CHECK_FALSE(cluster.partition("fixed", 0).recovering);
}

TEST_CASE("a member that is fenced or named with an old epoch is not eligible",
          "[control][isr][ISR-11][C10][C16]") {
  Orders cluster;
  AlterPartition command = cluster.proposal("fixed", 0, {0, 1, 2});
  command.partitions[0].new_isr[2].broker_epoch = cluster.epoch(2) - 1;
  cluster.check_refused(command, v1::INELIGIBLE_REPLICA, "ISR-11");
  cluster.let_expire(2);
  cluster.check_refused(cluster.proposal("fixed", 0, {0, 1, 2}), v1::INELIGIBLE_REPLICA, "ISR-11");
  cluster.heartbeat(2);
  command = cluster.proposal("fixed", 0, {0, 1, 2});
  command.partitions[0].new_isr[2].broker_epoch.reset();  // not given
  CHECK(cluster.verdict(command) == v1::NONE);
}

TEST_CASE("an accepted proposal answers the resulting state and keeps the leader epoch",
          "[control][isr][ISR-12][PAR-7][PAR-8]") {
  Orders cluster;
  const auto grown = cluster.decide(cluster.proposal("fixed", 0, {0, 2, 1}));
  const AlterPartitionItemAnswer& answer = grown.answer.partitions.at(0);
  CHECK(answer.error == v1::NONE);
  CHECK(answer.leader == 0);
  CHECK(answer.leader_epoch == 0);
  CHECK(answer.isr == std::vector<BrokerId>{0, 2, 1});
  CHECK(answer.partition_epoch == 2);
  CHECK(cluster.last_records.size() == 1);
  const auto shrunk = cluster.decide(cluster.proposal("fixed", 0, {0}));
  CHECK(shrunk.answer.partitions.at(0).leader_epoch == 0);
  CHECK(shrunk.answer.partitions.at(0).partition_epoch == 3);
}

TEST_CASE("a proposal equal to the state succeeds without a record",
          "[control][isr][ISR-12][PAR-9]") {
  Orders cluster;
  const auto decision = cluster.decide(cluster.proposal("fixed", 0, {0, 1}));
  CHECK(decision.answer.partitions.at(0).error == v1::NONE);
  CHECK(decision.answer.partitions.at(0).partition_epoch == 1);
  CHECK(decision.batch == nullptr);
}

TEST_CASE("each partition of a request is judged alone and after those before it",
          "[control][isr][ISR-7]") {
  Orders cluster;
  AlterPartition command = cluster.proposal("fixed", 0, {0});
  command.partitions.push_back(cluster.proposal("fixed", 0, {0, 1}).partitions[0]);
  command.partitions.push_back(cluster.proposal("fixed", 1, {1}).partitions[0]);
  command.partitions.push_back(cluster.proposal("fixed", 0, {0}).partitions[0]);
  command.partitions[3].partition_epoch = 2;
  const auto answers = cluster.decide(command).answer.partitions;
  CHECK(answers[0].error == v1::NONE);
  CHECK(answers[1].error == v1::INVALID_UPDATE_VERSION);
  CHECK(answers[2].error == v1::INVALID_REQUEST);  // 1 leads that one
  CHECK(answers[3].error == v1::NONE);
}

TEST_CASE("producer id blocks follow one another and never overlap",
          "[control][producer_ids][PID-1][C25]") {
  Orders cluster;
  std::int64_t next = 0;
  for (int i = 0; i < 5; ++i) {
    const BrokerId id = i % 3;
    const auto block = cluster.decide(AllocateProducerIds{id, cluster.epoch(id)}).answer;
    CHECK(block.error == v1::NONE);
    CHECK(block.first == next);
    CHECK(block.count == 1'000);
    next += block.count;
  }
  const AllocateProducerIds stale{0, 99};
  CHECK(cluster.decide(stale).answer.error == v1::STALE_BROKER_EPOCH);
  REQUIRE(
      cluster.committed.producer_ids.advance(0, 0, std::numeric_limits<std::int64_t>::max() - 999)
          .is_ok());
  cluster.control.reset(cluster.committed);
  const auto last = cluster.decide(AllocateProducerIds{0, cluster.epoch(0)});
  CHECK(last.answer.error == v1::POLICY_VIOLATION);
  CHECK(last.batch == nullptr);
}

}  // namespace
}  // namespace quorate::controller
