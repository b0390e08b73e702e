#include "raft/testing/apart.h"

#include <csignal>

#include <catch2/catch.hpp>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

TEST_CASE("what a run finds comes back from its own process", "[sim][apart]") {
  const SimVerdict here = simulate(3);
  const SimVerdict apart = run_apart([] { return simulate(3); });
  CHECK(apart.is_clean());
  CHECK(apart.events == here.events);
  CHECK(apart.simulated == here.simulated);
}

TEST_CASE("a violation comes back with its evidence", "[sim][apart]") {
  const SimVerdict apart = run_apart([] {
    SimVerdict verdict;
    verdict.violation = Violation{"R8", "n1 and n2 differ at 3:7"};
    return verdict;
  });
  REQUIRE(apart.violation);
  CHECK(apart.violation->invariant == "R8");
  CHECK(apart.violation->evidence == "n1 and n2 differ at 3:7");
}

TEST_CASE("a check that ends the process is a violation", "[sim][apart]") {
  const SimVerdict apart = run_apart([]() -> SimVerdict {
    std::signal(SIGABRT, SIG_DFL);  // the test's own handler would speak
    QUORATE_CHECK(1 + 1 == 3);
    return {};
  });
  REQUIRE(apart.violation);
  CHECK(apart.violation->invariant == "ABORT");
  CHECK_THAT(apart.violation->evidence, Catch::Contains("1 + 1 == 3"));
}

}  // namespace
}  // namespace quorate::raft::testing
