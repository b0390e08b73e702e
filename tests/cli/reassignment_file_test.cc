// The file of kafka-reassign-partitions is read, or refused with what is wrong in it.
#include "cli/reassignment_file.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace quorate::cli {
namespace {

TEST_CASE("a reassignment is read in the form of kafka-reassign-partitions",
          "[cli][reassignment_file]") {
  const auto all = parse_reassignment(R"({"version": 1, "partitions": [
      {"topic": "a", "partition": 3, "replicas": [2, 0], "log_dirs": ["any", "any"]},
      {"topic": "b", "partition": 0}]})");
  REQUIRE(all.is_ok());
  CHECK(*all == std::vector<WantedReplicas>{{"a", 3, {2, 0}}, {"b", 0, {}}});
}

TEST_CASE("a reassignment that is not one is refused with what is wrong",
          "[cli][reassignment_file]") {
  const auto refusal = [](const std::string& text) {
    const auto all = parse_reassignment(text);
    REQUIRE_FALSE(all.is_ok());
    CHECK(all.status().code() == Code::kInvalidArgument);
    return all.status().message();
  };
  const auto of = [&](const std::string& entry) {
    return refusal("{\"partitions\": [" + entry + "]}");
  };
  using Catch::Contains;
  CHECK_THAT(refusal("{"), Contains("not JSON"));
  CHECK_THAT(refusal("[]"), Contains("not an object"));
  CHECK_THAT(refusal("{}"), Contains("no list of partitions"));
  CHECK_THAT(refusal(R"({"version": 2, "partitions": []})"), Contains("version"));
  CHECK_THAT(refusal(R"({"partitions": []})"), Contains("empty"));
  CHECK_THAT(of("7"), Contains("partitions[0] is not an object"));
  CHECK_THAT(of(R"({"partition": 1})"), Contains("names no topic"));
  CHECK_THAT(of(R"({"topic": "a"})"), Contains("names no partition"));
  CHECK_THAT(of(R"({"topic": "a", "partition": -1})"), Contains("not a number"));
  CHECK_THAT(of(R"({"topic": "a", "partition": 2147483648})"), Contains("not a number"));
  CHECK_THAT(of(R"({"topic": "a", "partition": 0, "replicas": 1})"), Contains("not a list"));
  CHECK_THAT(of(R"({"topic": "a", "partition": 0, "replicas": ["1"]})"), Contains("not a number"));
  CHECK_THAT(of(R"({"topic": "a", "partition": 0, "replica": [1]})"), Contains("'replica'"));
  CHECK_THAT(of(R"({"topic": "a", "partition": 0, "log_dirs": ["/d"]})"), Contains("any"));
}

TEST_CASE("a reassignment file that is not there is told", "[cli][reassignment_file]") {
  CHECK(read_reassignment("/nonexistent/moves.json").status().code() == Code::kNotFound);
}

}  // namespace
}  // namespace quorate::cli
