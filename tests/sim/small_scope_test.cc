// Every order of events in a small scope, over the real core. Larger scopes: quorate-sim
// --exhaustive.
#include "raft/testing/small_scope.h"

#include <catch2/catch.hpp>

namespace quorate::raft::testing {
namespace {

void require_clean(const SmallScopeVerdict& verdict) {
  for (const std::string& step : verdict.path)
    UNSCOPED_INFO(step);
  if (verdict.violation) FAIL(to_string(*verdict.violation));
}

TEST_CASE("one election and one proposal keep every promise in any order with a crash",
          "[sim][small_scope][P3][P18][P19][P44]") {
  const SmallScopeVerdict verdict =
      explore({.timeouts = 1, .holds = 1, .proposals = 1, .crashes = 1});
  require_clean(verdict);
  CHECK(verdict.is_complete);
  CHECK(verdict.states > 100'000);
  CHECK(verdict.leaders > 0);
  CHECK(verdict.commits > 0);
}

TEST_CASE("rival elections keep every promise in the first orders tried",
          "[sim][small_scope][P18][P43]") {
  const SmallScopeVerdict verdict = explore({.timeouts = 2, .proposals = 1, .states_max = 150'000});
  require_clean(verdict);
  CHECK(verdict.rivals > 0);
}

TEST_CASE("a scope too large for its bound says that it is not complete", "[sim][small_scope]") {
  const SmallScopeVerdict verdict = explore({.timeouts = 2, .states_max = 100});
  CHECK_FALSE(verdict.is_complete);
  CHECK_FALSE(verdict.violation);
  CHECK(verdict.states == 100);
}

TEST_CASE("a small scope is read from words and a wrong one is named", "[sim][small_scope]") {
  const auto scope = parse_small_scope("timeouts=3,crashes=2");
  REQUIRE(scope.is_ok());
  CHECK(scope->timeouts == 3);
  CHECK(scope->crashes == 2);
  CHECK(parse_small_scope("").is_ok());
  CHECK_THAT(parse_small_scope("crash=1").status().message(), Catch::Contains("crash=1"));
  CHECK_THAT(parse_small_scope("crashes=x").status().message(), Catch::Contains("not a number"));
}

}  // namespace
}  // namespace quorate::raft::testing
