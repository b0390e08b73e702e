#include "raft/testing/history.h"

#include <catch2/catch.hpp>

namespace quorate::raft::testing {
namespace {

Operation append(Value value, SimTime invoked, SimTime returned, std::uint64_t position) {
  return {.kind = OperationKind::kAppend,
          .value = value,
          .invoked = invoked,
          .returned = returned,
          .outcome = OperationOutcome::kOk,
          .position = Index{position}};
}

Operation read(SimTime invoked, SimTime returned, std::uint64_t position) {
  return {.kind = OperationKind::kRead,
          .invoked = invoked,
          .returned = returned,
          .outcome = OperationOutcome::kOk,
          .position = Index{position}};
}

std::string check(std::vector<Operation> operations, std::vector<Value> list) {
  return check_history(operations, list).value_or("");
}

TEST_CASE("a history that follows the list is linearizable", "[sim][history]") {
  CHECK(check({append(1, 0, 10, 1), append(2, 5, 20, 2), read(21, 30, 2)}, {1, 2}).empty());
}

TEST_CASE("concurrent appends may stand in either order", "[sim][history]") {
  CHECK(check({append(1, 0, 10, 2), append(2, 5, 20, 1)}, {2, 1}).empty());
}

TEST_CASE("an append behind a later one is caught", "[sim][history][R27]") {
  CHECK(check({append(1, 0, 10, 2), append(2, 11, 20, 1)}, {2, 1}).substr(0, 3) == "R27");
}

TEST_CASE("a read that misses an answered append is caught", "[sim][history][R27]") {
  CHECK(check({append(1, 0, 10, 1), read(11, 20, 0)}, {1}).substr(0, 3) == "R27");
}

TEST_CASE("a read that misses what an earlier read saw is caught", "[sim][history][R27]") {
  CHECK(check({read(0, 10, 1), read(11, 20, 0)}, {0}).substr(0, 3) == "R27");
}

TEST_CASE("a read of a value not yet appended is caught", "[sim][history][R27]") {
  CHECK(check({read(0, 10, 1), append(1, 11, 20, 1)}, {1}).substr(0, 3) == "R27");
}

TEST_CASE("a read beyond the list is caught", "[sim][history][R27]") {
  CHECK(check({read(0, 10, 2)}, {0}).substr(0, 3) == "R27");
}

TEST_CASE("a lost append is caught", "[sim][history][R42]") {
  CHECK(check({append(1, 0, 10, 1)}, {0}).substr(0, 3) == "R42");
}

TEST_CASE("an append that stands elsewhere than told is caught", "[sim][history][R42]") {
  CHECK(check({append(1, 0, 10, 2)}, {1, 0}).substr(0, 3) == "R42");
}

TEST_CASE("a value that stands twice is caught", "[sim][history][R42]") {
  CHECK(check({append(1, 0, 10, 1)}, {1, 1}).substr(0, 3) == "R42");
}

TEST_CASE("a rejected append in the list is caught", "[sim][history][R42]") {
  Operation rejected = append(1, 0, 10, 1);
  rejected.outcome = OperationOutcome::kRejected;
  CHECK(check({rejected}, {1}).substr(0, 3) == "R42");
}

TEST_CASE("an unknown append may stand in the list or not", "[sim][history][R42]") {
  Operation unknown = append(1, 0, 10, 1);
  unknown.outcome = OperationOutcome::kUnknown;
  CHECK(check({unknown}, {1}).empty());
  CHECK(check({unknown}, {0}).empty());
}

TEST_CASE("the first answer to an operation counts", "[sim][history]") {
  History history;
  const History::Id id = history.invoke({.value = 1, .invoked = 5});
  CHECK(history.pending() == 1);
  history.complete(id, OperationOutcome::kUnknown, {}, 10);
  history.complete(id, OperationOutcome::kOk, Index{1}, 20);
  CHECK(history.pending() == 0);
  CHECK(history.operations().front().outcome == OperationOutcome::kUnknown);
}

}  // namespace
}  // namespace quorate::raft::testing
