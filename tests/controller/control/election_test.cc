// Who leads: preferred and unclean elections, asked for and by the clock. ELE-1 to ELE-3, ELE-7 to
// ELE-9, PAR-10.
#include "controller/control/election.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct ElectionFixture {
  explicit ElectionFixture(ControlOptions options = {}) : cluster(options) {
    cluster.start_brokers(3);
    cluster.create("orders", 6, 3);
  }

  void create(const std::string& name, std::int32_t partitions, bool unclean) {
    NewTopic topic = cluster.new_topic(name, partitions, 2);
    topic.configs = {{"unclean.leader.election.enable", unclean ? "true" : "false"}};
    REQUIRE(cluster.decide(CreateTopics{{topic}}).answer.topics.at(0).error == v1::NONE);
  }
  // The broker goes and comes back: it leads nothing any more.
  void bounce(BrokerId id) {
    cluster.let_expire(id);
    REQUIRE_FALSE(cluster.heartbeat(id).fenced);
  }
  void rejoin(const std::string& topic, std::int32_t partition, const std::vector<BrokerId>& isr) {
    const auto answer = cluster.decide(cluster.proposal(topic, partition, isr)).answer;
    REQUIRE(answer.partitions.at(0).error == v1::NONE);
  }
  void rejoin_all() {
    for (std::int32_t i = 0; i < 6; ++i)
      rejoin("orders", i, {0, 1, 2});
  }
  v1::ErrorCode elect(ElectionType type, const std::string& topic, std::int32_t partition) {
    const ElectLeaders command{type, {{{topic, partition}}}};
    return cluster.decide(command).answer.partitions.at(0).error;
  }
  std::size_t imbalanced() { return cluster.control.pending().topics.index().imbalanced().size(); }
  std::int32_t preferring(BrokerId id) {
    for (std::int32_t i = 0; i < 6; ++i) {
      if (cluster.partition("orders", i).preferred_leader() == id) return i;
    }
    return -1;
  }

  Cluster cluster;
};

TEST_CASE("a preferred election moves to the first replica when it is in sync",
          "[control][election][ELE-1][ELE-7]") {
  ElectionFixture f;
  const std::int32_t moved = f.preferring(1);
  CHECK(f.elect(ElectionType::kPreferred, "orders", moved) == v1::ELECTION_NOT_NEEDED);
  f.bounce(1);
  const Partition before = f.cluster.partition("orders", moved);
  REQUIRE(before.leader != 1);
  // Back, but not in sync.
  CHECK(f.elect(ElectionType::kPreferred, "orders", moved) == v1::PREFERRED_LEADER_NOT_AVAILABLE);
  CHECK(f.cluster.last_records.empty());
  f.rejoin("orders", moved, {0, 1, 2});
  CHECK(f.elect(ElectionType::kPreferred, "orders", moved) == v1::NONE);
  const Partition& after = f.cluster.partition("orders", moved);
  CHECK(after.leader == 1);
  CHECK(after.leader_epoch == before.leader_epoch + 1);
  CHECK(after.isr.size() == 3);
  CHECK(f.cluster.last_rule == "ELE-7");
}

TEST_CASE("without a valid first replica the leader stays and then the next one in order leads",
          "[control][election][ELE-1][ELE-2]") {
  ElectionFixture f;
  const ClusterImage& brokers = f.cluster.control.pending().cluster;
  Partition partition;
  partition.replicas = {2, 1, 0};
  partition.isr = {0, 1};
  partition.leader = 0;
  const auto leader = [&](BrokerId leaving) {
    return elect(brokers, partition, partition.isr, {}, ElectionType::kPreferred, {leaving}).leader;
  };
  CHECK(leader(kNoBroker) == 0);
  CHECK(leader(0) == 1);
  partition.isr = {0, 1, 2};
  CHECK(leader(kNoBroker) == 2);
  CHECK(leader(2) == 0);
}

TEST_CASE("an unclean election takes the first active replica and marks the partition",
          "[control][election][ELE-3][ELE-7][PAR-10]") {
  ElectionFixture f;
  f.create("kept", 3, false);
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  std::int32_t stuck = -1;
  for (std::int32_t i = 0; i < 3; ++i) {
    if (f.cluster.partition("kept", i).leader == kNoBroker) stuck = i;
  }
  REQUIRE(stuck >= 0);
  CHECK(f.elect(ElectionType::kUnclean, "kept", stuck) == v1::ELIGIBLE_LEADERS_NOT_AVAILABLE);
  CHECK(f.elect(ElectionType::kUnclean, "orders", 0) == v1::ELECTION_NOT_NEEDED);
  // The one that comes back was not the last in sync.
  const Partition before = f.cluster.partition("kept", stuck);
  const BrokerId other = before.isr.contains(1) ? 2 : 1;
  REQUIRE_FALSE(f.cluster.heartbeat(other).fenced);
  REQUIRE(f.cluster.partition("kept", stuck).leader == kNoBroker);
  CHECK(f.elect(ElectionType::kUnclean, "kept", stuck) == v1::NONE);
  const Partition& after = f.cluster.partition("kept", stuck);
  CHECK(after.leader == other);
  CHECK(after.isr == BrokerList{other});
  CHECK(after.recovering);
  CHECK(after.leader_epoch == before.leader_epoch + 1);
  // Until its leader says otherwise.
  f.cluster.let_expire(other);
  CHECK(f.cluster.partition("kept", stuck).recovering);
  f.cluster.heartbeat(other);
  CHECK(f.cluster.partition("kept", stuck).recovering);
  f.rejoin("kept", stuck, {other});
  CHECK_FALSE(f.cluster.partition("kept", stuck).recovering);
}

TEST_CASE("unclean elections happen by themselves where the topic or the cluster allows them",
          "[control][election][ELE-8]") {
  ElectionFixture f;
  const bool by_cluster = GENERATE(false, true);
  if (by_cluster) {
    f.cluster.committed.configs.set(
        {ConfigResourceType::kBroker, ""}, "unclean.leader.election.enable", "true");
    f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
    REQUIRE(f.cluster.create("loose", 3, 2).error == v1::NONE);
  } else {
    f.create("loose", 3, true);
  }
  f.create("kept", 3, false);
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  for (std::int32_t i = 0; i < 3; ++i) {
    const Partition& loose = f.cluster.partition("loose", i);
    if (loose.replicas.contains(0) || loose.replicas.contains(1)) {
      CHECK(loose.leader != kNoBroker);
    }
    const Partition& kept = f.cluster.partition("kept", i);
    CHECK_FALSE(kept.recovering);
    CHECK((kept.leader == kNoBroker || kept.isr.contains(kept.leader)));
  }
  CHECK_FALSE(rules_of(f.cluster.committed, f.cluster.id("kept", 0).topic).unclean.allowed);
}

TEST_CASE("what was switched on since is seen by the periodic look at leaderless partitions",
          "[control][election][ELE-8]") {
  ElectionFixture f;
  f.create("kept", 3, false);
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  REQUIRE_FALSE(f.cluster.heartbeat(1).fenced);
  const PartitionKeys& leaderless = f.cluster.control.pending().topics.index().leaderless();
  const std::size_t stuck = leaderless.size();
  f.cluster.committed.configs.set(
      {ConfigResourceType::kTopic, "kept"}, "unclean.leader.election.enable", "true");
  f.cluster.control.reset(f.cluster.committed);
  while (!f.cluster.control.unfinished().empty())
    f.cluster.tick();
  f.cluster.ctx.now_ms += 300'001;
  f.cluster.tick();
  CHECK(leaderless.size() < stuck);
}

TEST_CASE("each way to ask wrongly has its own error", "[control][election][ELE-7]") {
  ElectionFixture f;
  CHECK(f.elect(ElectionType::kPreferred, "nobody", 0) == v1::UNKNOWN_TOPIC_OR_PARTITION);
  CHECK(f.elect(ElectionType::kUnclean, "orders", 6) == v1::UNKNOWN_TOPIC_OR_PARTITION);
  const ElectLeaders online{ElectionType::kOnline, {}};
  CHECK(f.cluster.decide(online).answer.error == v1::INVALID_REQUEST);
  CHECK(f.cluster.last_records.empty());
}

TEST_CASE("asked for all partitions the answer names those that were elected",
          "[control][election][ELE-7]") {
  ControlOptions options;
  options.step.records_max = 2;
  options.balance_interval_ms = 0;
  ElectionFixture f(options);
  f.cluster.let_expire(1);
  f.cluster.let_expire(2);
  while (!f.cluster.control.unfinished().empty())
    f.cluster.tick();
  f.cluster.heartbeat(1);
  f.cluster.heartbeat(2);
  f.rejoin_all();
  REQUIRE(f.imbalanced() == 4);
  const auto first = f.cluster.decide(ElectLeaders{ElectionType::kPreferred, {}}).answer;
  CHECK(first.partitions.size() == 2);
  CHECK_FALSE(first.finished);
  while (!f.cluster.control.unfinished().empty())
    f.cluster.tick();
  CHECK(f.imbalanced() == 0);
  const auto none = f.cluster.decide(ElectLeaders{ElectionType::kPreferred, {}}).answer;
  CHECK(none.finished);
  CHECK(none.partitions.empty());
}

TEST_CASE("an unclean election of all partitions goes on in later steps",
          "[control][election][ELE-7][ELE-3]") {
  ControlOptions options;
  options.step.records_max = 2;
  ElectionFixture f(options);
  const auto settle = [&] {
    while (!f.cluster.control.unfinished().empty())
      f.cluster.tick();
  };
  for (const BrokerId id : {0, 1, 2}) {
    f.cluster.let_expire(id);
    settle();
  }
  f.cluster.heartbeat(0);
  settle();
  const PartitionKeys& leaderless = f.cluster.control.pending().topics.index().leaderless();
  REQUIRE(leaderless.size() == 6);
  const auto answer = f.cluster.decide(ElectLeaders{ElectionType::kUnclean, {}}).answer;
  CHECK(answer.partitions.size() == 2);
  CHECK_FALSE(answer.finished);
  settle();
  CHECK(leaderless.empty());
  CHECK(f.cluster.partition("orders", 5).recovering);
}

TEST_CASE("preferred leaders come back by the clock in passes of bounded size",
          "[control][election][ELE-9]") {
  ControlOptions options;
  options.step.records_max = 1;
  ElectionFixture f(options);
  f.bounce(1);
  f.rejoin_all();
  while (!f.cluster.control.unfinished().empty())
    f.cluster.tick();
  REQUIRE(f.imbalanced() == 2);
  f.cluster.ctx.now_ms += 100;
  f.cluster.tick();
  CHECK(f.imbalanced() == 2);
  f.cluster.ctx.now_ms += 300'000;
  CHECK(f.cluster.tick().answer.again);
  CHECK(f.cluster.last_rule == "ELE-9");
  CHECK(f.imbalanced() == 1);
  while (!f.cluster.control.unfinished().empty())
    f.cluster.tick();
  CHECK(f.imbalanced() == 0);
}

}  // namespace
}  // namespace quorate::controller
