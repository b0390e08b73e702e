#include "cli/failure.h"

#include <catch2/catch.hpp>

namespace quorate::cli {
namespace {

TEST_CASE("every code of a status has its documented exit status", "[cli][failure]") {
  const auto exit_of = [](Code code) { return to_failure(Status(code, "why")).exit; };
  CHECK(exit_of(Code::kInvalidArgument) == Exit::kUsage);
  CHECK(exit_of(Code::kNotFound) == Exit::kNotFound);
  CHECK(exit_of(Code::kAlreadyExists) == Exit::kPrecondition);
  CHECK(exit_of(Code::kPermissionDenied) == Exit::kNotAuthorised);
  CHECK(exit_of(Code::kTimedOut) == Exit::kTimedOut);
  CHECK(exit_of(Code::kUnknownOutcome) == Exit::kTimedOut);
  CHECK(exit_of(Code::kUnavailable) == Exit::kUnavailable);
  CHECK(exit_of(Code::kIoError) == Exit::kFailed);
}

TEST_CASE("an unknown outcome says so in words", "[cli][failure]") {
  const auto failure = to_failure(Status(Code::kUnknownOutcome, "no answer in 10 s"));
  CHECK(failure.code == "E_UNKNOWN_OUTCOME");
  CHECK(failure.message == "no answer in 10 s");
  CHECK(failure.hint.find("may or may not") != std::string::npos);
}

TEST_CASE("a rejection does not claim an unknown outcome", "[cli][failure]") {
  const auto failure = to_failure(Status(Code::kTimedOut, "not taken up in time"));
  CHECK(failure.hint.find("may or may not") == std::string::npos);
}

}  // namespace
}  // namespace quorate::cli
