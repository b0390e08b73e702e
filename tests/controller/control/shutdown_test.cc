// How a broker leaves in an orderly way: BRK-10 to BRK-13, BRK-17, BRK-19.
#include <catch2/catch.hpp>

#include "controller/control/broker_control.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

struct ShutdownFixture {
  ShutdownFixture() {
    cluster.start_brokers(3);
    cluster.create("orders", 6, 3);
  }

  HeartbeatAnswer ask(BrokerId id) {
    Heartbeat command{.broker_id = id, .broker_epoch = cluster.epoch(id)};
    command.metadata_offset = cluster.committed.end_offset;
    command.want_shutdown = true;
    return cluster.decide(command).answer;
  }
  const BrokerRegistration& broker(BrokerId id) {
    return *cluster.control.pending().cluster.find(id);
  }
  std::uint32_t leads(BrokerId id) {
    return cluster.control.pending().topics.index().of(id).leaders;
  }
  bool is_in_sync_anywhere(BrokerId id) {
    for (std::int32_t i = 0; i < 6; ++i) {
      if (cluster.partition("orders", i).isr.contains(id)) return true;
    }
    return false;
  }

  Cluster cluster;
};

TEST_CASE("a broker that leads nothing may stop at once", "[control][shutdown][BRK-10]") {
  ShutdownFixture f;
  REQUIRE(f.ask(1).should_shutdown == false);
  f.cluster.heartbeat_all_but(1);
  REQUIRE(f.ask(1).should_shutdown);
  // Fenced already.
  CHECK(f.ask(1).should_shutdown);
  CHECK(f.cluster.last_records.empty());
  // Nothing led from the beginning.
  f.cluster.decide(f.cluster.registration(7));
  f.cluster.heartbeat(7);
  const HeartbeatAnswer answer = f.ask(7);
  CHECK(answer.should_shutdown);
  CHECK(answer.fenced);
  CHECK(f.broker(7).fenced);
  CHECK_FALSE(f.broker(7).in_controlled_shutdown);
  CHECK(f.cluster.last_rule == "BRK-10");
}

TEST_CASE("a broker in controlled shutdown leads nothing and is in no ISR with another member",
          "[control][shutdown][BRK-11]") {
  ShutdownFixture f;
  f.cluster.create("lonely", 3, 1);
  REQUIRE(f.leads(1) > 0);
  const HeartbeatAnswer answer = f.ask(1);
  CHECK_FALSE(answer.should_shutdown);
  CHECK_FALSE(answer.fenced);
  CHECK(f.cluster.last_rule == "BRK-11");
  CHECK(f.broker(1).in_controlled_shutdown);
  CHECK_FALSE(f.broker(1).fenced);
  CHECK(f.leads(1) == 0);
  CHECK_FALSE(f.is_in_sync_anywhere(1));
  // The only member stays listed.
  int alone = 0;
  for (std::int32_t i = 0; i < 3; ++i)
    alone += f.cluster.partition("lonely", i).isr == BrokerList{1} ? 1 : 0;
  CHECK(alone == 1);
}

TEST_CASE("a broker may stop once every active broker has read the hand-over",
          "[control][shutdown][BRK-12]") {
  ShutdownFixture f;
  f.ask(1);
  const std::uint64_t handed_over = f.cluster.committed.end_offset;
  const auto report = [&](BrokerId id, std::uint64_t offset) {
    f.cluster.decide(Heartbeat{id, f.cluster.epoch(id), offset});
  };
  CHECK_FALSE(f.ask(1).should_shutdown);
  report(0, handed_over);
  report(2, handed_over - 1);
  CHECK_FALSE(f.ask(1).should_shutdown);
  CHECK(f.cluster.last_records.empty());
  report(2, handed_over);
  const HeartbeatAnswer answer = f.ask(1);
  CHECK(answer.should_shutdown);
  CHECK(answer.fenced);
  CHECK(f.broker(1).fenced);
  CHECK(f.cluster.last_rule == "BRK-12");
}

TEST_CASE("the shutdown offset is not raised by what comes later",
          "[control][shutdown][BRK-11][BRK-12]") {
  ShutdownFixture f;
  f.ask(1);
  const std::uint64_t handed_over = f.cluster.committed.end_offset;
  for (int i = 0; i < 5; ++i) {
    f.cluster.decide(AppendNoOp{});
    f.ask(1);
  }
  f.cluster.decide(Heartbeat{0, f.cluster.epoch(0), handed_over});
  f.cluster.decide(Heartbeat{2, f.cluster.epoch(2), handed_over});
  CHECK(f.ask(1).should_shutdown);
}

TEST_CASE("one that is not active need not have read the hand-over",
          "[control][shutdown][BRK-12]") {
  ShutdownFixture f;
  f.ask(1);
  f.cluster.heartbeat(0);
  CHECK_FALSE(f.ask(1).should_shutdown);
  f.cluster.let_expire(2);
  CHECK(f.ask(1).should_shutdown);
}

TEST_CASE("another active controller grants a shutdown after its own look at the hand-over",
          "[control][shutdown][BRK-11][BRK-12]") {
  ShutdownFixture f;
  f.ask(1);
  f.cluster.heartbeat_all_but(1);
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  CHECK_FALSE(f.ask(1).should_shutdown);  // who has read what is not known yet
  f.cluster.tick();
  f.cluster.heartbeat_all_but(1);
  CHECK(f.ask(1).should_shutdown);
}

TEST_CASE("a broker on its way out is no choice for an ISR or a leadership",
          "[control][shutdown][BRK-13]") {
  ShutdownFixture f;
  f.ask(1);
  // Not into an ISR.
  AlterPartition back = f.cluster.proposal("orders", 0, {0, 1, 2});
  CHECK(f.cluster.decide(back).answer.partitions.at(0).error == v1::INELIGIBLE_REPLICA);
  // Not into an initial ISR, and not a leader; a replica all the same.
  REQUIRE(f.cluster.create("later", 3, 3).error == v1::NONE);
  for (std::int32_t i = 0; i < 3; ++i) {
    const Partition& later = f.cluster.partition("later", i);
    CHECK(later.replicas.contains(1));
    CHECK_FALSE(later.isr.contains(1));
    CHECK(later.leader != 1);
  }
  // Not elected when the others go.
  f.cluster.let_expire(0);
  f.cluster.let_expire(2);
  for (std::int32_t i = 0; i < 6; ++i)
    CHECK(f.cluster.partition("orders", i).leader == kNoBroker);
}

TEST_CASE("a broker that was on its way out comes back as another process only",
          "[control][shutdown][BRK-19]") {
  ShutdownFixture f;
  f.ask(1);
  f.cluster.let_expire(1);
  CHECK(f.broker(1).in_controlled_shutdown);
  CHECK(f.cluster.heartbeat(1).fenced);
  CHECK(f.cluster.last_records.empty());
  // The same process again keeps the mark.
  REQUIRE(f.cluster.decide(f.cluster.registration(1)).answer.error == v1::NONE);
  CHECK(f.cluster.heartbeat(1).fenced);
  RegisterBroker again = f.cluster.registration(1);
  again.incarnation = {7, 7};
  f.cluster.ctx.now_ms += 400;
  for (int i = 0; i < 30; ++i) {
    f.cluster.ctx.now_ms += 400;
    f.cluster.heartbeat_all_but(1);
  }
  REQUIRE(f.cluster.decide(again).answer.error == v1::NONE);
  CHECK_FALSE(f.cluster.heartbeat(1).fenced);
  CHECK_FALSE(f.broker(1).in_controlled_shutdown);
  // And it may be shut down again, under a hand-over of its own.
  AlterPartition back = f.cluster.proposal("orders", 0, {0, 1, 2});
  REQUIRE(f.cluster.decide(back).answer.partitions.at(0).error == v1::NONE);
  CHECK(f.ask(1).should_shutdown);  // it leads nothing
}

TEST_CASE("an unregistered broker is in no ISR with another member and stays a replica",
          "[control][shutdown][BRK-17]") {
  ShutdownFixture f;
  const auto decision = f.cluster.decide(UnregisterBroker{1});
  CHECK(decision.answer.error == v1::NONE);
  CHECK(decision.answer.finished);
  CHECK(f.cluster.last_rule == "BRK-17");
  CHECK(f.cluster.last_records.back().has_unregister_broker());
  CHECK(f.cluster.control.pending().cluster.find(1) == nullptr);
  CHECK_FALSE(f.is_in_sync_anywhere(1));
  CHECK(f.leads(1) == 0);
  for (std::int32_t i = 0; i < 6; ++i)
    CHECK(f.cluster.partition("orders", i).replicas.contains(1));
  CHECK(f.cluster.decide(UnregisterBroker{1}).answer.error == v1::BROKER_ID_NOT_REGISTERED);
  CHECK(f.cluster.last_records.empty());
  // A heartbeat of the process that is still there tells it to register again.
  Heartbeat late{.broker_id = 1, .broker_epoch = 2};
  CHECK(f.cluster.decide(late).answer.error == v1::STALE_BROKER_EPOCH);
}

}  // namespace
}  // namespace quorate::controller
