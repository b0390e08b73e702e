// What touches many partitions goes in steps: bounded batches, other commands between them, and
// another active controller that goes on where one left off. BRK-14, BRK-5, BRK-17.
#include <catch2/catch.hpp>

#include "controller/control/broker_control.h"
#include "controller/control/invariants.h"
#include "controller/image/delta.h"
#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

ControlOptions three_records_a_step() {
  ControlOptions options;
  options.step.records_max = 3;
  return options;
}

struct HandoverFixture {
  explicit HandoverFixture(ControlOptions options = three_records_a_step()) : cluster(options) {
    cluster.start_brokers(3);
    cluster.create("orders", 24, 3);
    cluster.create("lonely", 12, 1);
  }

  const BrokerRegistration* broker(BrokerId id) {
    return cluster.control.pending().cluster.find(id);
  }
  const BrokerHoldings& holds(BrokerId id) {
    return cluster.control.pending().topics.index().of(id);
  }
  // Its session runs out; the first tick after that has been.
  void begin_to_fence(BrokerId id) {
    while (broker(id)->is_present()) {
      cluster.ctx.now_ms += 250;
      cluster.heartbeat_all_but(id);
      cluster.tick();
    }
  }
  int finish() {
    int steps = 0;
    for (bool again = true; again; ++steps)
      again = cluster.tick().answer.again;
    return steps;
  }
  void check_released(BrokerId id) {
    CHECK(holds(id).leaders == 0);
    for (std::int32_t i = 0; i < 24; ++i)
      CHECK_FALSE(cluster.partition("orders", i).isr.contains(id));
  }

  Cluster cluster;
};

TEST_CASE("a broker is fenced in bounded batches with the fence in the last one",
          "[control][handover][BRK-14]") {
  HandoverFixture f;
  f.begin_to_fence(1);
  CHECK(f.cluster.last_records.size() == 4);
  CHECK(f.broker(1)->departure == Departure::kFence);
  CHECK_FALSE(f.broker(1)->fenced);
  int steps = 1;
  while (!f.broker(1)->fenced) {
    const bool again = f.cluster.tick().answer.again;
    REQUIRE(again != f.broker(1)->fenced);
    REQUIRE(f.cluster.last_records.size() <= 4);
    REQUIRE(f.cluster.last_rule == "BRK-14");
    ++steps;
  }
  CHECK(steps >= 24 / 3);
  CHECK(f.cluster.last_records.back().broker_registration_change().fenced());
  CHECK(f.broker(1)->departure == Departure::kNone);
  f.check_released(1);
}

TEST_CASE("a broker whose partitions leave it is not elected and enters no ISR in between",
          "[control][handover][BRK-14][BRK-13]") {
  HandoverFixture f;
  f.begin_to_fence(1);
  // It is heard of again half way: too late, the fence comes first.
  const HeartbeatAnswer late = f.cluster.heartbeat(1);
  CHECK(late.error == v1::NONE);
  CHECK(late.fenced);
  CHECK(f.cluster.last_records.empty());
  // Another one goes too; nothing is given to the first.
  const std::uint32_t led = f.holds(1).leaders;
  f.cluster.decide(BrokerGone{2, f.cluster.epoch(2)});
  CHECK(f.holds(1).leaders <= led);
  REQUIRE(f.cluster.create("later", 3, 3).error == v1::NONE);
  for (std::int32_t i = 0; i < 3; ++i)
    CHECK(f.cluster.partition("later", i).isr == BrokerList{0});
  f.finish();
  f.check_released(1);
  f.check_released(2);
  CHECK_FALSE(f.cluster.heartbeat(1).fenced);
}

TEST_CASE("other commands are decided between the steps", "[control][handover][BRK-14]") {
  HandoverFixture f;
  f.begin_to_fence(1);
  CHECK_FALSE(f.cluster.heartbeat(0).fenced);
  CHECK(f.cluster.create("between", 2, 2).error == v1::NONE);
  CHECK(f.cluster.decide(AllocateProducerIds{2, f.cluster.epoch(2)}).answer.error == v1::NONE);
  CHECK_FALSE(f.broker(1)->fenced);
  f.finish();
  CHECK(f.broker(1)->fenced);
}

TEST_CASE("another active controller goes on with what was begun",
          "[control][handover][BRK-14][BRK-11][BRK-17]") {
  HandoverFixture f;
  const int begun = GENERATE(0, 1, 2);
  if (begun == 0) f.begin_to_fence(1);
  if (begun == 1) f.cluster.decide(UnregisterBroker{1});
  if (begun == 2) {
    Heartbeat command{.broker_id = 1, .broker_epoch = f.cluster.epoch(1)};
    command.want_shutdown = true;
    CHECK_FALSE(f.cluster.decide(command).answer.should_shutdown);
  }
  REQUIRE(f.holds(1).leaders > 0);
  f.cluster.tick();
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  f.finish();
  f.check_released(1);
  if (begun == 0) CHECK(f.broker(1)->fenced);
  if (begun == 1) CHECK(f.broker(1) == nullptr);
  if (begun == 2) CHECK((f.broker(1)->in_controlled_shutdown && !f.broker(1)->fenced));
}

TEST_CASE("a batch that never came to be is decided anew", "[control][handover][BRK-14]") {
  HandoverFixture f;
  f.begin_to_fence(1);
  const MetadataImage committed = f.cluster.committed;
  const auto lost = f.cluster.control.tick(f.cluster.ctx);
  REQUIRE(lost.batch != nullptr);
  f.cluster.control.reset(committed);
  f.finish();
  f.check_released(1);
  CHECK(f.broker(1)->fenced);
}

TEST_CASE("a new process waits until all has left the old one", "[control][handover][BRK-5]") {
  HandoverFixture f;
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  for (int i = 0; i < 25; ++i) {
    f.cluster.ctx.now_ms += 400;
    f.cluster.heartbeat_all_but(1);
  }
  RegisterBroker again = f.cluster.registration(1);
  again.incarnation = {7, 7};
  f.cluster.ctx.request_id = "one and the same";
  CHECK(f.cluster.decide(again).answer.error == v1::DUPLICATE_BROKER_REGISTRATION);
  CHECK(f.broker(1)->departure == Departure::kUncleanFence);
  CHECK(f.cluster.decide(again).answer.error == v1::DUPLICATE_BROKER_REGISTRATION);
  CHECK(f.cluster.last_records.empty());
  f.cluster.ctx.request_id.clear();
  f.finish();
  f.check_released(1);
  f.cluster.ctx.request_id = "one and the same";
  CHECK(f.cluster.decide(again).answer.error == v1::NONE);
  CHECK(f.broker(1)->incarnation == again.incarnation);
}

TEST_CASE("a broker may stop only when the last step was read", "[control][handover][BRK-12]") {
  HandoverFixture f;
  Heartbeat command{.broker_id = 1, .broker_epoch = f.cluster.epoch(1)};
  command.want_shutdown = true;
  f.cluster.decide(command);
  f.cluster.heartbeat_all_but(1);
  CHECK_FALSE(f.cluster.decide(command).answer.should_shutdown);
  f.finish();
  CHECK_FALSE(f.cluster.decide(command).answer.should_shutdown);
  f.cluster.heartbeat_all_but(1);
  CHECK(f.cluster.decide(command).answer.should_shutdown);
}

TEST_CASE("on return leaderless partitions get their leader step by step",
          "[control][handover][BRK-14]") {
  HandoverFixture f;
  f.cluster.let_expire(1);
  f.finish();
  REQUIRE(f.cluster.control.pending().topics.index().leaderless().size() == 4);
  CHECK_FALSE(f.cluster.heartbeat(1).fenced);
  CHECK(f.cluster.last_records.size() == 4);
  CHECK(f.cluster.control.pending().topics.index().leaderless().size() == 1);
  // It goes on elsewhere.
  f.cluster.control.claim(f.cluster.committed, f.cluster.ctx.now_ms);
  f.finish();
  CHECK(f.cluster.control.pending().topics.index().leaderless().empty());
}

TEST_CASE("the bytes of a batch and what is looked at are bounded too",
          "[control][handover][BRK-14]") {
  ControlOptions options;
  options.step = {.records_max = 1000, .bytes_max = 400, .examined_max = 1000};
  SECTION("bytes") {
    HandoverFixture f(options);
    f.begin_to_fence(1);
    CHECK(f.cluster.last_records.size() == 4);
    std::size_t bytes = 0;
    for (const v1::Record& record : f.cluster.last_records)
      bytes += record.ByteSizeLong();
    CHECK(bytes <= 400 + 64);
  }
  SECTION("looked at") {
    options.step = {.records_max = 1000, .bytes_max = 1U << 20U, .examined_max = 7};
    HandoverFixture f(options);
    f.begin_to_fence(1);
    CHECK(f.cluster.last_records.size() == 8);
  }
}

// The pure engine alone: each batch is taken as committed, a follower's image is checked at the
// end.
TEST_CASE("a broker with a hundred thousand partitions is fenced in bounded steps",
          "[control][handover][BRK-14][BRK-11]") {
  ControlOptions options;
  options.request_records_max = 30'000;
  Cluster cluster(options);
  cluster.start_brokers(3);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(cluster.create("t" + std::to_string(i), 25'000, 3).error == v1::NONE);
  }
  ActiveController& control = cluster.control;
  MetadataImage follower = cluster.committed;
  const auto follow = [&](const auto& decision) {
    REQUIRE(decision.status.is_ok());
    if (decision.batch == nullptr) return std::size_t{0};
    Result<Replayed> next = replay(std::move(follower), *decision.batch);
    REQUIRE(next.is_ok());
    follower = std::move(next->image);
    control.committed(follower.end_offset);
    return static_cast<std::size_t>(decision.batch->records_size());
  };
  REQUIRE(control.pending().topics.index().of(1).replicas.size() == 100'000);
  std::size_t records = follow(control.decide(BrokerGone{1, cluster.epoch(1)}, cluster.ctx));
  int steps = 1;
  while (!control.unfinished().empty()) {
    const auto step = control.tick(cluster.ctx);
    REQUIRE(step.batch->records_size() <= static_cast<int>(options.step.records_max) + 1);
    REQUIRE(step.batch->ByteSizeLong() <= options.step.bytes_max + 256);
    records += follow(step);
    const auto beat = control.decide(Heartbeat{0, cluster.epoch(0), 5}, cluster.ctx);
    REQUIRE(beat.answer.error == v1::NONE);
    REQUIRE(beat.batch == nullptr);
    ++steps;
  }
  CHECK(steps >= 100);
  CHECK(records == 100'000 + 2);
  CHECK(follower.cluster.find(1)->fenced);
  CHECK(state_hash(follower) == state_hash(control.pending()));
  CHECK(check_image(follower).is_ok());
}

}  // namespace
}  // namespace quorate::controller
