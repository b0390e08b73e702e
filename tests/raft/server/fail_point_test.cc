// Where tests let a server die, wait or fail.
#include "raft/server/fail_point.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

struct Disarmed {
  Disarmed() = default;
  ~Disarmed() { static_cast<void>(arm_fail_points("")); }
  Disarmed(const Disarmed&) = delete;
  Disarmed& operator=(const Disarmed&) = delete;
};

TEST_CASE("an armed fail point acts once at the wanted time", "[server][fail_point]") {
  const Disarmed at_the_end;
  CHECK(reach(FailPoint::kApplyBefore).is_ok());
  REQUIRE(arm_fail_points("apply.before=error@3 apply.after=pause:1").is_ok());
  CHECK(reach(FailPoint::kApplyBefore).is_ok());
  CHECK(reach(FailPoint::kApplyAfter).is_ok());
  CHECK(reach(FailPoint::kApplyBefore).is_ok());
  CHECK(reach(FailPoint::kApplyBefore).code() == Code::kIoError);
  CHECK(reach(FailPoint::kApplyBefore).is_ok());
  CHECK(reach(FailPoint::kLogBeforeSync).is_ok());
}

TEST_CASE("a wrong fail point is refused and leaves what is armed", "[server][fail_point]") {
  const Disarmed at_the_end;
  REQUIRE(arm_fail_points("send.before=error").is_ok());
  for (const char* wrong : {"send=crash",
                            "send.before",
                            "send.before=",
                            "send.before=stop",
                            "send.before=pause:",
                            "send.before=pause:60001",
                            "send.before=crash@0",
                            "send.before=crash@x",
                            "apply.before=error send.before=1"}) {
    const Status refused = arm_fail_points(wrong);
    INFO(wrong);
    CHECK(refused.code() == Code::kInvalidArgument);
    CHECK(refused.message().find("send") != std::string::npos);
  }
  CHECK(reach(FailPoint::kApplyBefore).is_ok());
  CHECK(reach(FailPoint::kSendBefore).code() == Code::kIoError);
}

TEST_CASE("every fail point has a name of its own", "[server][fail_point]") {
  std::string names;
  for (const FailPoint point : kFailPoints) {
    const std::string name = ' ' + std::string(to_string(point)) + ' ';
    CHECK(names.find(name) == std::string::npos);
    CHECK(name != " invalid_fail_point ");
    names += name;
  }
}

TEST_CASE("a server that fails between a sync and its report says so and never acknowledges",
          "[server][fail_point][P13]") {
  const Disarmed at_the_end;
  Cluster cluster;
  cluster.start_all();
  cluster.commit("first");
  const std::size_t leader = cluster.leader();
  cluster.isolate(leader);
  REQUIRE(arm_fail_points("log.after_sync=error").is_ok());
  Answers answers;
  REQUIRE(cluster.server(leader).propose(SharedBytes("x"), {}, answers.proposal("x")).is_ok());
  REQUIRE(eventually([&] { return answers.total() == 1; }));
  CHECK(answers.of("x")->status.code() == Code::kUnknownOutcome);
}

TEST_CASE("messages that a fail point loses are sent again", "[server][fail_point][P56]") {
  const Disarmed at_the_end;
  Cluster cluster;
  cluster.start_all();
  REQUIRE(arm_fail_points("send.before=error@2").is_ok());
  cluster.commit("first");
  cluster.commit("second");
  CHECK(cluster.converge(2));
}

// The machine has it, the log has it, and nobody was told: what the next start finds must be it.
TEST_CASE("a server that fails right behind a membership that it applied starts with it",
          "[server][fail_point][membership][P67][P68]") {
  const Disarmed at_the_end;
  Cluster cluster;
  cluster.start_all();
  cluster.commit("before");
  REQUIRE(cluster.converge(1));
  const std::size_t leader = cluster.leader();
  const std::size_t removed = (leader + 1) % Cluster::kSize;
  const ReplicaId gone = cluster.server(removed).status().core.self;
  REQUIRE(arm_fail_points("membership.applied=error").is_ok());
  REQUIRE(cluster.server(leader).change_membership({.remove = {gone}}, [](const auto&) {}).is_ok());
  // Whoever is first to apply the joint one.
  std::size_t failed = Cluster::kSize;
  REQUIRE(eventually([&] {
    for (std::size_t at = 0; at < Cluster::kSize; ++at) {
      if (cluster.fatal_calls(at) > 0) failed = at;
    }
    return failed < Cluster::kSize;
  }));
  CHECK(cluster.server(failed).status().fatal->message().find("membership.applied") !=
        std::string::npos);
  cluster.stop(failed);
  cluster.start(failed);
  const auto has_left = [&](std::size_t at) {
    const CoreStatus core = cluster.server(at).status().core;
    return !core.membership.is_joint() && !core.membership.contains(gone);
  };
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    if (at != removed) REQUIRE(eventually([&] { return has_left(at); }));
  }
  // It may have stood for election in a later term than theirs before it was out: leave it be.
  cluster.stop(removed);
  cluster.commit("after");
}

}  // namespace
}  // namespace quorate::raft
