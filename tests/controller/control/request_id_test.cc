// Requests with an id: a retry is answered as the first time, also elsewhere.
#include <string>

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

TEST_CASE("a retry is answered as the first time and writes nothing", "[control][request_id]") {
  Cluster cluster;
  cluster.start_brokers(1);
  cluster.ctx.request_id = "r-1";
  cluster.ctx.principal = "admin.quorate";
  const CreateTopics command{{cluster.new_topic("orders", 1, 1)}};
  const auto first = cluster.decide(command);
  CHECK_FALSE(first.first_answer.has_value());
  REQUIRE(cluster.last_records.back().has_request_done());
  CHECK(first.batch->cause().request_id() == "r-1");
  CHECK(first.batch->cause().principal() == "admin.quorate");
  CHECK(first.batch->cause().rule() == "TOP-2");
  const std::string bytes = cluster.last_records.back().request_done().response();

  CreateTopics retry = command;
  retry.topics[0].id = {9, 9};  // the service draws an id for each attempt
  const auto second = cluster.decide(retry);
  CHECK(second.first_answer == bytes);
  CHECK(second.batch == nullptr);

  Cluster successor;  // another controller that has only the log
  successor.committed = cluster.committed;
  successor.control.claim(successor.committed, 5);
  successor.ctx = cluster.ctx;
  CHECK(successor.decide(retry).first_answer == bytes);
}

TEST_CASE("a retry that comes before the commit waits for what it was decided on",
          "[control][request_id][C6]") {
  Cluster cluster;
  cluster.start_brokers(1);
  cluster.ctx.request_id = "r-1";
  const CreateTopics command{{cluster.new_topic("orders", 1, 1)}};
  const auto first = cluster.control.decide(command, cluster.ctx);
  const auto second = cluster.control.decide(command, cluster.ctx);
  CHECK(second.first_answer.has_value());
  CHECK(second.wait_offset == first.wait_offset);
  CHECK(cluster.control.has_uncommitted());
  cluster.control.committed(first.wait_offset);
  CHECK_FALSE(cluster.control.has_uncommitted());
}

TEST_CASE("an id belongs to one method and one principal", "[control][request_id]") {
  Cluster cluster;
  cluster.start_brokers(1);
  cluster.ctx.request_id = "r-1";
  REQUIRE(cluster.create("orders", 1, 1).error == v1::NONE);
  const auto other = cluster.decide(DeleteTopics{{{"orders", {}}}});
  CHECK(other.answer.error == v1::INVALID_REQUEST);
  CHECK(other.batch == nullptr);
  cluster.ctx.principal = "somebody else";
  CHECK(cluster.decide(DeleteTopics{{{"orders", {}}}}).answer.topics.at(0).error == v1::NONE);
}

TEST_CASE("an allocation that is retried gives the same block", "[control][request_id][PID-1]") {
  Cluster cluster;
  cluster.start_brokers(1);
  cluster.ctx.request_id = "r-1";
  CHECK(cluster.decide(AllocateProducerIds{0, 0}).answer.first == 0);
  CHECK(cluster.decide(AllocateProducerIds{0, 0}).first_answer == "0+1000");
  cluster.ctx.request_id = "r-2";
  CHECK(cluster.decide(AllocateProducerIds{0, 0}).answer.first == 1'000);
}

TEST_CASE("a refusal is not remembered and an id has a bound", "[control][request_id]") {
  Cluster cluster;
  cluster.start_brokers(1);
  cluster.ctx.request_id = "r-1";
  const CreateTopics command{{cluster.new_topic("orders", 1, 2)}};
  CHECK(cluster.decide(command).answer.topics[0].error == v1::INVALID_REPLICATION_FACTOR);
  CHECK(cluster.control.pending().requests.size() == 0);
  cluster.ctx.request_id.clear();
  cluster.start_brokers(2);
  cluster.ctx.request_id = "r-1";
  CHECK(cluster.decide(command).answer.topics[0].error == v1::NONE);
  cluster.ctx.request_id = std::string(129, 'x');
  CHECK(cluster.decide(command).answer.error == v1::INVALID_REQUEST);
}

}  // namespace
}  // namespace quorate::controller
