// What is asked about partitions becomes a command, or is refused before it is one.
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

#include "controller/service/request_codec.h"

namespace quorate::controller {
namespace {

TEST_CASE("a reassignment gives a target or is a cancel", "[service][partition_codec]") {
  v1::AlterPartitionReassignmentsRequest request;
  CHECK(to_command(request, {}).status().code() == Code::kInvalidArgument);
  v1::Reassignment& move = *request.add_partitions();
  move.set_topic("orders");
  move.set_partition(3);
  move.add_target(2);
  move.add_target(1);
  v1::Reassignment& cancel = *request.add_partitions();
  cancel.set_topic("orders");
  cancel.set_cancel(true);
  request.add_partitions()->set_topic("nowhere");  // no target: the engine refuses it
  const auto command = to_command(request, {});
  REQUIRE(command.is_ok());
  CHECK(command->factor_change == FactorChange::kAllowed);
  CHECK(command->partitions.at(0).topic == "orders");
  CHECK(command->partitions.at(0).partition == 3);
  CHECK(command->partitions.at(0).target == std::vector<BrokerId>{2, 1});
  CHECK(command->partitions.at(1).target == std::nullopt);
  CHECK(command->partitions.at(2).target == std::vector<BrokerId>{});
  request.set_keep_replication_factor(true);
  CHECK(to_command(request, {})->factor_change == FactorChange::kRefused);
  request.mutable_partitions(1)->add_target(1);
  CHECK(to_command(request, {}).status().code() == Code::kInvalidArgument);
}

TEST_CASE("a reassignment beyond a bound is refused", "[service][partition_codec]") {
  const RequestLimits limits{.replicas_max = 2, .reassignments_max = 1, .text_bytes_max = 4};
  v1::AlterPartitionReassignmentsRequest request;
  v1::Reassignment& move = *request.add_partitions();
  move.set_topic("abcd");
  move.add_target(1);
  move.add_target(2);
  CHECK(to_command(request, limits).is_ok());
  move.add_target(3);
  CHECK_FALSE(to_command(request, limits).is_ok());
  move.mutable_target()->RemoveLast();
  move.set_topic("abcde");
  CHECK_FALSE(to_command(request, limits).is_ok());
  move.set_topic("abcd");
  request.add_partitions();
  CHECK_FALSE(to_command(request, limits).is_ok());
}

TEST_CASE("more partitions are placed unless their replicas are given",
          "[service][partition_codec]") {
  v1::CreatePartitionsRequest request;
  CHECK_FALSE(to_command(request, {}).is_ok());
  v1::MorePartitions& more = *request.add_topics();
  more.set_topic("orders");
  more.set_total(4);
  CHECK(to_command(request, {})->topics.at(0).assignments == std::nullopt);
  more.add_assignments()->add_broker_ids(2);
  const auto command = to_command(request, {});
  REQUIRE(command.is_ok());
  CHECK(command->topics.at(0).total == 4);
  REQUIRE(command->topics.at(0).assignments.has_value());
  CHECK(*command->topics.at(0).assignments == std::vector<std::vector<BrokerId>>{{2}});
  CHECK_FALSE(to_command(request, {.assignments_max = 0}).is_ok());
}

TEST_CASE("answers about partitions keep every error", "[service][partition_codec]") {
  v1::AlterPartitionReassignmentsResponse moved;
  write_answer(
      AlterReassignmentsAnswer{
          {}, {}, {{"t", 2, v1::NO_REASSIGNMENT_IN_PROGRESS, "none"}, {"t", 3, v1::NONE, {}}}},
      moved);
  REQUIRE(moved.results_size() == 2);
  CHECK(moved.results(0).error() == v1::NO_REASSIGNMENT_IN_PROGRESS);
  CHECK(moved.results(0).error_message() == "none");
  CHECK(moved.results(1).partition() == 3);
  v1::CreatePartitionsResponse grown;
  write_answer(CreatePartitionsAnswer{v1::INVALID_REQUEST, "why", {{"t", v1::NONE, {}}}}, grown);
  CHECK(grown.error() == v1::INVALID_REQUEST);
  CHECK(grown.results(0).topic() == "t");
}

}  // namespace
}  // namespace quorate::controller
