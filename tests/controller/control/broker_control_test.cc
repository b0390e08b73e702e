// How a broker joins, is fenced and comes back: BRK-1..BRK-9, BRK-14, ELE-2, ELE-6.
#include "controller/control/broker_control.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

void check_refused(Cluster& cluster, const RegisterBroker& command, v1::ErrorCode error) {
  const auto decision = cluster.decide(command);
  CHECK(decision.answer.error == error);
  CHECK_FALSE(decision.answer.error_message.empty());
  CHECK(decision.batch == nullptr);
}

TEST_CASE("a broker of another cluster is refused without a record", "[control][broker][BRK-1]") {
  Cluster cluster;
  RegisterBroker command = cluster.registration(1);
  command.cluster_id = {9, 9};
  check_refused(cluster, command, v1::INCONSISTENT_CLUSTER_ID);
}

TEST_CASE("another process is refused while the old session is alive",
          "[control][broker][BRK-2][C9]") {
  Cluster cluster;
  cluster.start_brokers(2);
  RegisterBroker other = cluster.registration(1);
  other.incarnation = {7, 7};
  check_refused(cluster, other, v1::DUPLICATE_BROKER_REGISTRATION);
  cluster.let_expire(1);
  CHECK(cluster.decide(other).answer.error == v1::NONE);
}

TEST_CASE("a broker's epoch is the offset of its registration", "[control][broker][BRK-3][C8]") {
  Cluster cluster;
  cluster.start_brokers(3);
  CHECK(cluster.epoch(0) == 0);
  CHECK(cluster.epoch(1) == 2);
  CHECK(cluster.epoch(2) == 4);
  CHECK(cluster.create("orders", 2, 3).error == v1::NONE);
  cluster.let_expire(1);
  RegisterBroker again = cluster.registration(1);
  again.incarnation = {7, 7};
  const std::uint64_t end = cluster.committed.end_offset;
  const auto decision = cluster.decide(again);
  CHECK(decision.answer.broker_epoch == end + cluster.last_records.size() - 1);
  CHECK(decision.answer.broker_epoch == cluster.epoch(1));
}

TEST_CASE("the same process registering again keeps epoch and state", "[control][broker][BRK-4]") {
  Cluster cluster;
  cluster.start_brokers(2);
  const auto same = cluster.decide([&] {
    RegisterBroker command = cluster.registration(1);
    command.rack = "r0";
    return command;
  }());
  CHECK(same.answer.broker_epoch == cluster.epoch(1));
  CHECK(same.batch == nullptr);
  RegisterBroker moved = cluster.registration(1);
  moved.endpoints[0].port = 9999;
  CHECK(cluster.decide(moved).answer.broker_epoch == 2);
  CHECK(cluster.control.pending().cluster.find(1)->endpoints[0].port == 9999);
  CHECK_FALSE(cluster.control.pending().cluster.find(1)->fenced);
}

TEST_CASE("a new process starts fenced and in no ISR that has another member",
          "[control][broker][BRK-4][BRK-5][C15]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.create("orders", 6, 3);
  cluster.create("lonely", 3, 1);
  // Its session has run out but no tick has come yet: the registration itself must release all.
  cluster.ctx.now_ms += 400;
  for (int i = 0; i < 30; ++i) {
    cluster.ctx.now_ms += 400;
    cluster.heartbeat_all_but(1);
  }
  RegisterBroker again = cluster.registration(1);
  again.incarnation = {7, 7};
  REQUIRE(cluster.decide(again).answer.error == v1::NONE);
  CHECK(cluster.last_rule == "BRK-5");
  CHECK(cluster.control.pending().cluster.find(1)->fenced);
  for (std::int32_t i = 0; i < 6; ++i)
    CHECK_FALSE(cluster.partition("orders", i).isr.contains(1));
  for (std::int32_t i = 0; i < 3; ++i) {
    const Partition& lonely = cluster.partition("lonely", i);
    CHECK(lonely.isr.size() == 1);
    CHECK((lonely.leader == kNoBroker) == lonely.isr.contains(1));
  }
  CHECK(cluster.last_records.back().has_register_broker());
}

TEST_CASE("a proof of a clean stop is the epoch that is registered", "[control][broker][BRK-5]") {
  Cluster cluster;
  cluster.start_brokers(2);
  cluster.let_expire(1);
  RegisterBroker again = cluster.registration(1);
  again.incarnation = {7, 7};
  again.previous_broker_epoch = cluster.epoch(1);
  REQUIRE(cluster.decide(again).answer.error == v1::NONE);
  CHECK(cluster.last_rule == "BRK-4");
}

TEST_CASE("a broker that cannot work at a finalized level is refused",
          "[control][broker][BRK-6][C24]") {
  Cluster cluster;
  REQUIRE(cluster.committed.features.set("metadata.version", 5).is_ok());
  cluster.control.claim(cluster.committed, cluster.ctx.now_ms);
  RegisterBroker command = cluster.registration(1);
  check_refused(cluster, command, v1::UNSUPPORTED_VERSION);
  command.features = {{"metadata.version", 1, 4}};
  check_refused(cluster, command, v1::UNSUPPORTED_VERSION);
  command.features = {{"metadata.version", 6, 9}};
  check_refused(cluster, command, v1::UNSUPPORTED_VERSION);
  command.features = {{"metadata.version", 5, 5}};
  CHECK(cluster.decide(command).answer.error == v1::NONE);
}

TEST_CASE("a registration that makes no sense is refused", "[control][broker][BRK-7]") {
  Cluster cluster;
  cluster.start_brokers(1);
  const auto check = [&](auto spoil) {
    RegisterBroker command = cluster.registration(5);
    spoil(command);
    check_refused(cluster, command, v1::INVALID_REGISTRATION);
  };
  check([](RegisterBroker& c) { c.log_dirs.clear(); });
  check([](RegisterBroker& c) { c.log_dirs = {{0, 99}}; });
  check([](RegisterBroker& c) { c.log_dirs = {{5, 5}, {5, 5}}; });
  check([&](RegisterBroker& c) { c.log_dirs = cluster.registration(0).log_dirs; });
  check([](RegisterBroker& c) { c.broker_id = -2; });
  check([](RegisterBroker& c) { c.incarnation = {}; });
  check([](RegisterBroker& c) { c.endpoints.clear(); });
  check([](RegisterBroker& c) { c.endpoints[0].port = 0; });
  check([](RegisterBroker& c) { c.endpoints.push_back(c.endpoints[0]); });
}

TEST_CASE("a heartbeat of another epoch is stale and does not keep the broker alive",
          "[control][broker][BRK-8][C9]") {
  Cluster cluster;
  cluster.start_brokers(2);
  Heartbeat stale{.broker_id = 1, .broker_epoch = 77, .metadata_offset = 100};
  cluster.ctx.now_ms += 300;
  CHECK(cluster.decide(stale).answer.error == v1::STALE_BROKER_EPOCH);
  CHECK(cluster.control.sessions().age_ms(1) == 300U);
  stale.broker_id = 9;
  CHECK(cluster.decide(stale).answer.error == v1::STALE_BROKER_EPOCH);
  CHECK_FALSE(cluster.control.sessions().age_ms(9).has_value());
}

TEST_CASE("a broker is unfenced when it has read its own registration and not before",
          "[control][broker][BRK-9]") {
  Cluster cluster;
  cluster.start_brokers(1);
  REQUIRE(cluster.decide(cluster.registration(1)).answer.error == v1::NONE);
  const std::uint64_t epoch = cluster.epoch(1);
  cluster.create("busy", 5, 1);  // the log goes on; that must not matter
  Heartbeat beat{.broker_id = 1, .broker_epoch = epoch, .metadata_offset = epoch};
  HeartbeatAnswer answer = cluster.decide(beat).answer;
  CHECK(answer.fenced);
  CHECK_FALSE(answer.caught_up);
  beat.metadata_offset = epoch + 1;
  beat.want_fence = true;
  CHECK(cluster.decide(beat).answer.fenced);
  beat.want_fence = false;
  answer = cluster.decide(beat).answer;
  CHECK_FALSE(answer.fenced);
  CHECK(answer.caught_up);
  CHECK(cluster.last_rule == "BRK-9");
}

TEST_CASE("fencing moves partitions first and fences last in one batch",
          "[control][broker][BRK-14][ELE-2][ELE-6][PAR-4]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.create("orders", 9, 3);
  cluster.create("lonely", 9, 1);
  const MetadataImage before = cluster.committed;
  cluster.let_expire(2);
  CHECK(cluster.last_rule == "BRK-14");
  REQUIRE(cluster.last_records.back().has_broker_registration_change());
  for (std::size_t i = 0; i + 1 < cluster.last_records.size(); ++i) {
    CHECK(cluster.last_records[i].has_partition_change());
  }
  for (std::int32_t i = 0; i < 9; ++i) {
    const Partition& was = *before.topics.find("orders")->find(i);
    const Partition& is = cluster.partition("orders", i);
    CHECK(is.isr == was.isr.without(2));
    CHECK(is.leader == (was.leader == 2 ? was.replicas[1] : was.leader));
    CHECK(is.leader_epoch == (was.leader == 2 ? 1 : 0));
    const Partition& lone_was = *before.topics.find("lonely")->find(i);
    const Partition& lone_is = cluster.partition("lonely", i);
    CHECK(lone_is.isr == lone_was.isr);
    CHECK(lone_is.leader == (lone_was.leader == 2 ? kNoBroker : lone_was.leader));
  }
}

TEST_CASE("on return the unfence comes first and partitions without a leader get one",
          "[control][broker][BRK-14][ELE-2]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.create("orders", 6, 3);
  cluster.create("lonely", 6, 1);
  cluster.let_expire(2);
  const MetadataImage before = cluster.committed;
  CHECK_FALSE(cluster.heartbeat(2).fenced);
  CHECK(cluster.last_records.front().has_broker_registration_change());
  CHECK(cluster.control.pending().topics.index().leaderless().empty());
  for (std::int32_t i = 0; i < 6; ++i) {
    // Who leads goes on leading: being preferred is no reason here.
    CHECK(cluster.partition("orders", i) == *before.topics.find("orders")->find(i));
    CHECK(cluster.partition("lonely", i).leader == cluster.partition("lonely", i).replicas[0]);
  }
}

TEST_CASE("fencing the whole cluster and its return loses no ISR",
          "[control][broker][PAR-4][ELE-6]") {
  Cluster cluster;
  cluster.start_brokers(3);
  cluster.create("orders", 4, 3);
  for (const BrokerId id : {0, 1, 2})
    cluster.let_expire(id);
  for (std::int32_t i = 0; i < 4; ++i) {
    CHECK(cluster.partition("orders", i).isr == BrokerList{2});
    CHECK(cluster.partition("orders", i).leader == kNoBroker);
  }
  CHECK_FALSE(cluster.heartbeat(0).fenced);
  CHECK(cluster.partition("orders", 0).leader == kNoBroker);  // it was not the last in sync
  CHECK_FALSE(cluster.heartbeat(2).fenced);
  for (std::int32_t i = 0; i < 4; ++i)
    CHECK(cluster.partition("orders", i).leader == 2);
}

}  // namespace
}  // namespace quorate::controller
