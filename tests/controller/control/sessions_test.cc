// Who counts as alive: session expiry, claims and pauses of the controller itself.
#include "controller/control/sessions.h"

#include <catch2/catch.hpp>

#include "tests/controller/control/cluster.h"

namespace quorate::controller {
namespace {

using namespace testing;

constexpr std::uint64_t kTickMs = 100;

ControlOptions with_timeout(std::uint32_t timeout_ms) {
  ControlOptions options;
  options.session.session_timeout_ms = timeout_ms;
  return options;
}

bool is_fenced(const Cluster& cluster, BrokerId id) {
  return cluster.control.pending().cluster.find(id)->fenced;
}

TEST_CASE("a silent broker is fenced within two ticks after its session",
          "[control][sessions][BRK-14][C30]") {
  Cluster cluster(with_timeout(3'000));
  cluster.start_brokers(2);
  const std::uint64_t start = cluster.ctx.now_ms;
  while (!is_fenced(cluster, 1)) {
    cluster.ctx.now_ms += kTickMs;
    cluster.heartbeat_all_but(1);
    cluster.tick();
    REQUIRE(cluster.ctx.now_ms - start <= 3'000 + 2 * kTickMs);
  }
  CHECK(cluster.ctx.now_ms - start >= 3'000);
  CHECK_FALSE(is_fenced(cluster, 0));
}

TEST_CASE("one broker is fenced per pass and the next pass follows at once",
          "[control][sessions][BRK-14]") {
  Cluster cluster(with_timeout(1'000));
  cluster.start_brokers(4);
  cluster.create("orders", 8, 3);
  for (int i = 0; i < 9; ++i) {
    cluster.ctx.now_ms += kTickMs;
    CHECK(cluster.tick().answer.fenced == kNoBroker);
  }
  cluster.heartbeat(3);
  cluster.ctx.now_ms += kTickMs;
  for (const BrokerId expected : {0, 1, 2}) {
    const TickAnswer answer = cluster.tick().answer;
    CHECK(answer.fenced == expected);
    CHECK(answer.again == (expected != 2));
  }
  CHECK(cluster.tick().answer.fenced == kNoBroker);
}

TEST_CASE("a pause of the controller is not counted against anyone",
          "[control][sessions][BRK-14]") {
  Cluster cluster(with_timeout(3'000));
  cluster.start_brokers(3);
  cluster.ctx.now_ms += 12'000;  // stopped, as a process can be
  CHECK(cluster.tick().answer.fenced == kNoBroker);
  CHECK(cluster.control.sessions().forgiven_ms() == 11'500);
  // Whoever is silent from now on is found in the usual time, less what had passed before.
  std::uint64_t waited = 0;
  while (!is_fenced(cluster, 1)) {
    cluster.ctx.now_ms += kTickMs;
    waited += kTickMs;
    cluster.heartbeat_all_but(1);
    cluster.tick();
    REQUIRE(waited <= 3'000);
  }
  CHECK(waited == 2'500);
}

TEST_CASE("a pause does not lengthen the session of a broker heard of right after it",
          "[control][sessions][BRK-14]") {
  Cluster cluster(with_timeout(3'000));
  cluster.start_brokers(2);
  cluster.ctx.now_ms += 60'000;
  cluster.heartbeat(1);  // before any tick
  std::uint64_t waited = 0;
  while (!is_fenced(cluster, 1)) {
    cluster.ctx.now_ms += kTickMs;
    waited += kTickMs;
    cluster.heartbeat_all_but(1);
    cluster.tick();
    REQUIRE(waited <= 3'100);
  }
  CHECK(waited == 3'000);
}

TEST_CASE("a heartbeat counts from when it arrived", "[control][sessions][BRK-15]") {
  Cluster cluster(with_timeout(3'000));
  cluster.start_brokers(1);
  cluster.ctx.now_ms += 400;
  Heartbeat late{.broker_id = 0, .broker_epoch = cluster.epoch(0), .metadata_offset = 9};
  late.arrived_ms = cluster.ctx.now_ms - 300;
  cluster.decide(late);
  CHECK(cluster.control.sessions().age_ms(0) == 300U);
  CHECK(cluster.control.sessions().metadata_offset(0) == 9U);
  late.arrived_ms = cluster.ctx.now_ms + 50'000;  // a clock that is wrong gives nothing away
  cluster.decide(late);
  CHECK(cluster.control.sessions().age_ms(0) == 0U);
}

TEST_CASE("a new active controller gives every unfenced broker one full session",
          "[control][sessions][BRK-16][C30]") {
  Cluster old(with_timeout(3'000));
  old.start_brokers(3);
  old.let_expire(2);
  Cluster cluster(with_timeout(3'000));
  cluster.committed = old.committed;
  cluster.ctx.now_ms = 77;  // another machine, another clock
  cluster.control.claim(cluster.committed, cluster.ctx.now_ms);
  std::uint64_t waited = 0;
  while (!is_fenced(cluster, 1)) {  // it never contacts the new one
    cluster.ctx.now_ms += kTickMs;
    waited += kTickMs;
    if (!is_fenced(cluster, 0)) cluster.heartbeat(0);
    cluster.tick();
    REQUIRE(waited <= 3'100);
  }
  CHECK(waited == 3'000);
  CHECK_FALSE(is_fenced(cluster, 0));
  // The fenced one has no session: another process of it may come at once, and is tracked.
  RegisterBroker again = cluster.registration(2);
  again.incarnation = {7, 7};
  CHECK(cluster.decide(again).answer.error == v1::NONE);
  CHECK(cluster.control.sessions().age_ms(2) == 0U);
}

TEST_CASE("what was never committed is forgotten with its sessions", "[control][sessions][C5]") {
  Cluster cluster;
  cluster.start_brokers(1);
  const MetadataImage committed = cluster.committed;
  cluster.ctx.now_ms += 200;
  cluster.decide(cluster.registration(1));
  cluster.control.reset(committed);
  CHECK(state_hash(cluster.control.pending()) == state_hash(committed));
  CHECK_FALSE(cluster.control.has_uncommitted());
  CHECK_FALSE(cluster.control.sessions().age_ms(1).has_value());
  CHECK(cluster.control.sessions().age_ms(0) == 200U);
}

TEST_CASE("a clock that goes back stands still", "[control][sessions]") {
  Cluster cluster(with_timeout(3'000));
  cluster.start_brokers(1);
  cluster.ctx.now_ms -= 5'000;
  CHECK(cluster.tick().answer.fenced == kNoBroker);
  CHECK(cluster.control.sessions().age_ms(0) == 0U);
}

}  // namespace
}  // namespace quorate::controller
