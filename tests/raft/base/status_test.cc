#include "raft/base/status.h"

#include <memory>

#include <catch2/catch.hpp>

namespace quorate {
namespace {

Status refuse() {
  return {Code::kNotFound, "no such topic"};
}

Status passes_on() {
  QUORATE_TRY(Status::ok());
  QUORATE_TRY(refuse());
  return {Code::kInternal, "not reached"};
}

TEST_CASE("a status prints its code and its message", "[base][status]") {
  CHECK(to_string(Status()) == "ok");
  CHECK(to_string(refuse()) == "not_found: no such topic");
  CHECK(to_string(refuse().with_context("topic a")) == "not_found: topic a: no such topic");
}

TEST_CASE("an unknown outcome is not a rejection", "[base][status]") {
  CHECK(refuse().is_rejected());
  CHECK_FALSE(Status(Code::kUnknownOutcome, "leader lost").is_rejected());
  CHECK_FALSE(Status().is_rejected());
}

TEST_CASE("the first error leaves the function", "[base][status]") {
  CHECK(passes_on().code() == Code::kNotFound);
}

TEST_CASE("a result holds a value or a status", "[base][status]") {
  Result<std::unique_ptr<int>> good = std::make_unique<int>(3);
  REQUIRE(good.is_ok());
  CHECK(good.status().is_ok());
  const std::unique_ptr<int> taken = *std::move(good);
  CHECK(*taken == 3);

  const Result<int> bad = refuse();
  CHECK_FALSE(bad.is_ok());
  CHECK(bad.status().code() == Code::kNotFound);
}

}  // namespace
}  // namespace quorate
