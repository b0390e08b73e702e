#include "broker-stub/metadata/partition_plan.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

using controller::MetadataImage;
using controller::Partition;
using controller::TopicPartition;

const controller::Uuid kOrders{1, 1};

Partition partition(controller::BrokerList replicas, controller::BrokerId leader) {
  Partition made;
  made.isr = replicas;
  made.replicas = std::move(replicas);
  made.leader = leader;
  made.leader_epoch = 4;
  return made;
}

// "orders" with three partitions: led by 1, led by 2, and without a replica on 1.
MetadataImage three_partitions() {
  MetadataImage image;
  REQUIRE(image.topics.add_topic(kOrders, "orders").is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 0}, partition({1, 2}, 1)).is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 1}, partition({1, 2}, 2)).is_ok());
  REQUIRE(image.topics.add_partition({kOrders, 2}, partition({2, 3}, 2)).is_ok());
  return image;
}

TEST_CASE("a broker leads and follows what names it", "[metadata][partition_plan]") {
  const PartitionPlan plan = plan_all({}, three_partitions(), /*me=*/1);
  REQUIRE(plan.keep.size() == 2);
  CHECK(plan.keep[0].id == TopicPartition{kOrders, 0});
  CHECK(plan.keep[0].role == ReplicaRole::kLeader);
  CHECK(plan.keep[0].topic == "orders");
  CHECK(plan.keep[0].state.leader_epoch == 4);
  CHECK(plan.keep[1].role == ReplicaRole::kFollower);
  CHECK(plan.drop.empty());
}

TEST_CASE("a partition without a leader is followed", "[metadata][partition_plan][ELE-6]") {
  const MetadataImage before = three_partitions();
  MetadataImage after = before;
  REQUIRE(after.topics.put_partition({kOrders, 0}, partition({1, 2}, -1)).is_ok());
  const PartitionPlan plan =
      plan_change(before, after, {.partitions = {{{kOrders, 0}, 1}}}, /*me=*/1);
  REQUIRE(plan.keep.size() == 1);
  CHECK(plan.keep[0].role == ReplicaRole::kFollower);
  CHECK(plan.keep[0].state.leader == -1);
}

TEST_CASE("a deleted topic and a moved replica go with their data",
          "[metadata][partition_plan][B20][TOP-11][RAS-2]") {
  const MetadataImage before = three_partitions();
  MetadataImage deleted = before;
  REQUIRE(deleted.topics.remove_topic(kOrders).is_ok());
  const PartitionPlan gone =
      plan_change(before, deleted, {.topics_removed = {{kOrders, "orders"}}}, /*me=*/1);
  REQUIRE(gone.drop.size() == 2);
  CHECK(gone.drop[0].reason == DropReason::kTopicDeleted);

  MetadataImage moved = before;
  REQUIRE(moved.topics.put_partition({kOrders, 1}, partition({2, 3}, 2)).is_ok());
  const PartitionPlan away =
      plan_change(before, moved, {.partitions = {{{kOrders, 1}, 1}}}, /*me=*/1);
  REQUIRE(away.drop.size() == 1);
  CHECK(away.drop[0].reason == DropReason::kMovedAway);
  CHECK(away.keep.empty());
}

TEST_CASE("a replica that an unclean cancel left out keeps its data",
          "[metadata][partition_plan][RAS-6]") {
  const MetadataImage before = three_partitions();
  MetadataImage cancelled = before;
  controller::Partition state = partition({2, 3}, 2);
  state.isr = {2};
  state.recovering = true;
  REQUIRE(cancelled.topics.put_partition({kOrders, 1}, state).is_ok());
  const PartitionPlan plan =
      plan_change(before, cancelled, {.partitions = {{{kOrders, 1}, 1}}}, /*me=*/1);
  REQUIRE(plan.drop.size() == 1);
  CHECK(plan.drop[0].reason == DropReason::kLeftBehind);
}

TEST_CASE("a replica that is being added follows and one that is being removed stays",
          "[metadata][partition_plan][RAS-1]") {
  const MetadataImage before = three_partitions();
  MetadataImage after = before;
  controller::Partition moving = partition({4, 1, 2}, 1);
  moving.isr = {1, 2};
  moving.set_movement({{4}, {1, 2}, {1, 2}});
  REQUIRE(after.topics.put_partition({kOrders, 0}, moving).is_ok());
  const controller::MetadataDelta delta{.partitions = {{{kOrders, 0}, 1}}};
  const PartitionPlan added = plan_change(before, after, delta, /*me=*/4);
  REQUIRE(added.keep.size() == 1);
  CHECK(added.keep[0].role == ReplicaRole::kFollower);
  const PartitionPlan leader = plan_change(before, after, delta, /*me=*/1);
  REQUIRE(leader.keep.size() == 1);
  CHECK(leader.keep[0].role == ReplicaRole::kLeader);
  CHECK(leader.drop.empty());
}

TEST_CASE("comparing whole images gives what the delta gives", "[metadata][partition_plan]") {
  const MetadataImage before = three_partitions();
  MetadataImage after = before;
  REQUIRE(after.topics.remove_topic(kOrders).is_ok());
  const PartitionPlan by_delta =
      plan_change(before, after, {.topics_removed = {{kOrders, "orders"}}}, /*me=*/2);
  const PartitionPlan by_images = plan_all(before, after, /*me=*/2);
  REQUIRE(by_delta.drop.size() == 3);
  REQUIRE(by_images.drop.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(by_delta.drop[i].id == by_images.drop[i].id);
}

TEST_CASE("a process has nothing to do before its own registration is in the metadata",
          "[metadata][partition_plan][B19][BRK-5]") {
  const controller::Uuid mine{7, 2};
  ProcessPlans plans(/*me=*/1, mine);
  MetadataImage before = three_partitions();
  before.cluster.put({.id = 1, .incarnation = {7, 1}, .epoch = 3});
  CHECK(plans.next({}, before, nullptr).keep.empty());
  // The log says on whom the partitions are now; the process that led them is another one.
  MetadataImage after = before;
  REQUIRE(after.topics.put_partition({kOrders, 0}, partition({1, 2}, 2)).is_ok());
  const controller::MetadataDelta moved{.partitions = {{{kOrders, 0}, 1}}};
  CHECK(plans.next(before, after, &moved).keep.empty());

  MetadataImage registered = after;
  registered.cluster.put({.id = 1, .incarnation = mine, .epoch = 9});
  const PartitionPlan plan = plans.next(after, registered, nullptr);
  REQUIRE(plan.keep.size() == 2);
  CHECK(plan.keep[0].role == ReplicaRole::kFollower);
  CHECK(plan.keep[1].role == ReplicaRole::kFollower);
  CHECK(plan.drop.empty());

  REQUIRE(registered.topics.put_partition({kOrders, 0}, partition({1, 2}, 1)).is_ok());
  CHECK(plans.next(registered, registered, &moved).keep.size() == 1);
}

}  // namespace
}  // namespace quorate::broker
