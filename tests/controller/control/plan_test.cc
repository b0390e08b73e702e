// What would be done, and what would become of the partitions if brokers were gone. That a plan
// tells the records of the decision that follows it is checked by Cluster::decide everywhere.
#include <catch2/catch.hpp>

#include "controller/control/what_if.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct PlanFixture {
  PlanFixture() {
    cluster.start_brokers(4, 2);
    NewTopic orders = cluster.new_topic("orders", 4, 3);
    orders.configs = {{"min.insync.replicas", "2"}};
    REQUIRE(cluster.decide(CreateTopics{{orders}}).answer.topics[0].error == v1::NONE);
    cluster.create("single", 8, 1);
  }
  const MetadataImage& image() { return cluster.control.pending(); }

  Cluster cluster;
};

Result<LossReport> what_if(const MetadataImage& image, const Loss& loss) {
  return what_if_lost(image, loss, {});
}

// The counts by another way: partition by partition.
struct Counted {
  std::uint64_t moved = 0;
  std::uint64_t lost = 0;
  std::uint64_t below = 0;
};
Counted count(const MetadataImage& before, const MetadataImage& after) {
  Counted to;
  for (const auto& [name, id] : before.topics.by_name()) {
    const std::size_t needed = name == "orders" ? 2 : 1;
    const Topic& then = *before.topics.find(id);
    const Topic& now = *after.topics.find(id);
    for (std::size_t at = 0; at < then.partitions.size(); ++at) {
      const Partition& old = then.partitions[at];
      const Partition& young = now.partitions[at];
      if (old.leader != kNoBroker && young.leader == kNoBroker) ++to.lost;
      if (old.leader != young.leader && old.leader >= 0 && young.leader >= 0) ++to.moved;
      if (young.isr.size() < old.isr.size() && young.isr.size() < needed) ++to.below;
    }
  }
  return to;
}

TEST_CASE("a plan of a new topic shows its partitions and touches nothing", "[control][plan]") {
  PlanFixture f;
  const auto decision = f.cluster.planned(CreateTopics{{f.cluster.new_topic("new", 3, 2)}});
  REQUIRE(decision.plan.has_value());
  CHECK(decision.answer.topics[0].error == v1::NONE);
  CHECK(decision.plan->batch->base_offset() == f.image().end_offset);
  CHECK(decision.plan->effects.topics_created == 1);
  CHECK(decision.plan->effects.partitions_changed == 0);
  REQUIRE(decision.plan->effects.partitions.size() == 3);
  CHECK_FALSE(decision.plan->effects.partitions[0].before.has_value());
  CHECK(decision.plan->effects.partitions[0].after.replicas.size() == 2);
  CHECK(f.image().topics.find("new") == nullptr);
}

TEST_CASE("a plan of what is refused has no records and the same answer", "[control][plan]") {
  PlanFixture f;
  const auto decision = f.cluster.planned(UnregisterBroker{99});
  CHECK(decision.answer.error == v1::BROKER_ID_NOT_REGISTERED);
  REQUIRE(decision.plan.has_value());
  CHECK(decision.plan->batch->records_size() == 0);
  CHECK(decision.plan->effects.is_harmless());
}

TEST_CASE("a plan is not remembered under its request id", "[control][plan]") {
  PlanFixture f;
  f.cluster.ctx.request_id = "once";
  const CreateTopics command{{f.cluster.new_topic("new", 1, 1)}};
  static_cast<void>(f.cluster.planned(command));
  const auto decision = f.cluster.decide(command);
  CHECK_FALSE(decision.first_answer.has_value());
  CHECK(decision.batch != nullptr);
  // Done is done: a plan of it would do nothing.
  const auto again = f.cluster.planned(command);
  CHECK(again.first_answer.has_value());
  CHECK_FALSE(again.plan.has_value());
}

TEST_CASE("a plan of a broker's end counts the leaders that move and those that are lost",
          "[control][plan]") {
  PlanFixture f;
  const MetadataImage before = f.image();
  const auto decision = f.cluster.planned(UnregisterBroker{1});
  REQUIRE(decision.plan.has_value());
  f.cluster.decide(UnregisterBroker{1});
  const Counted counted = count(before, f.image());
  const Effects& effects = decision.plan->effects;
  CHECK(effects.leaders_moved == counted.moved);
  CHECK(effects.leaders_lost == counted.lost);
  CHECK(effects.below_min_isr == counted.below);
  CHECK(effects.leaders_lost == 2);  // of "single", on four brokers
  CHECK_FALSE(effects.is_harmless());
}

TEST_CASE("what would be if brokers were gone is what is when they are gone", "[control][plan]") {
  for (const std::vector<BrokerId>& lost :
       {std::vector<BrokerId>{0}, std::vector<BrokerId>{1, 3}, std::vector<BrokerId>{3, 2, 0}}) {
    PlanFixture f;
    const MetadataImage before = f.image();
    const auto report = what_if(before, {lost, {}});
    REQUIRE(report.is_ok());
    for (const BrokerId id : lost)
      f.cluster.decide(BrokerGone{id, f.cluster.epoch(id)});
    const Counted counted = count(before, f.image());
    CHECK(report->effects.leaders_moved == counted.moved);
    CHECK(report->effects.leaders_lost == counted.lost);
    CHECK(report->effects.below_min_isr == counted.below);
    CHECK(report->remaining == 4 - lost.size());
    CHECK(state_hash(before) != state_hash(f.image()));
  }
}

TEST_CASE("a broker may stop when nobody loses a leader or what acks all asks for",
          "[control][plan]") {
  Cluster cluster;
  cluster.start_brokers(3);
  NewTopic topic = cluster.new_topic("orders", 6, 3);
  topic.configs = {{"min.insync.replicas", "2"}};
  cluster.decide(CreateTopics{{topic}});
  const MetadataImage& image = cluster.control.pending();
  const auto one = what_if(image, {{1}, {}});
  REQUIRE(one.is_ok());
  CHECK(one->effects.is_harmless());
  CHECK(one->effects.leaders_moved == 2);
  const auto two = what_if(image, {{1, 2}, {}});
  CHECK_FALSE(two->effects.is_harmless());
  CHECK(two->effects.below_min_isr == 6);
  CHECK(two->effects.leaders_lost == 0);
  const auto all = what_if(image, {{0, 1, 2}, {}});
  CHECK(all->effects.leaders_lost == 6);
  CHECK(all->remaining == 0);
}

TEST_CASE("a rack stands for its brokers and what is unknown is named", "[control][plan]") {
  PlanFixture f;
  const auto rack = what_if(f.image(), {{0}, {"r0", "r0"}});
  REQUIRE(rack.is_ok());
  CHECK(rack->brokers == std::vector<BrokerId>{0, 2});
  const auto unknown = what_if(f.image(), {{0, 17}, {}});
  CHECK(unknown.status().code() == Code::kNotFound);
  CHECK_THAT(unknown.status().message(), Catch::Contains("17"));
  const auto nowhere = what_if(f.image(), {{}, {"r9"}});
  CHECK_THAT(nowhere.status().message(), Catch::Contains("'r9'"));
  CHECK(what_if(f.image(), {}).status().code() == Code::kInvalidArgument);
}

TEST_CASE("effects list no more partitions than they may and count all", "[control][plan]") {
  Cluster cluster;
  cluster.start_brokers(2);
  cluster.create("many", 300, 2);
  const auto report = what_if(cluster.control.pending(), {{1}, {}});
  CHECK(report->effects.partitions_changed == 300);
  CHECK(report->effects.leaders_moved == 150);
  CHECK(report->effects.partitions.size() == Effects::kShownMax);
}

}  // namespace
}  // namespace quorate::controller
