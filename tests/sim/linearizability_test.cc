#include "raft/testing/linearizability.h"

#include <catch2/catch.hpp>

#include "tests/sim/store_model.h"

namespace quorate::raft::testing {
namespace {

using Answer = LinearizabilityVerdict::Answer;
using Kind = StoreOperation::Kind;

OperationSpan during(std::int64_t invoked, std::int64_t returned) {
  return {.invoked = invoked, .returned = returned};
}
OperationSpan since(std::int64_t invoked) {
  return {.invoked = invoked, .outcome = OperationSpan::Outcome::kUnknown};
}

StoreOperation put(char value, OperationSpan span, char key = 'x') {
  return {.kind = Kind::kPut, .key = key, .value = value, .span = span};
}
StoreOperation get(char result, OperationSpan span, char key = 'x') {
  return {.kind = Kind::kGet, .key = key, .result = result, .span = span};
}
StoreOperation cas(char from, char to, char result, OperationSpan span) {
  return {.kind = Kind::kCas, .value = to, .expected = from, .result = result, .span = span};
}
StoreOperation move(char from, char to, char result, OperationSpan span) {
  return {.kind = Kind::kMove, .key = from, .expected = to, .result = result, .span = span};
}

LinearizabilityVerdict check(std::vector<StoreOperation> operations) {
  return StoreModel(std::move(operations)).check();
}
bool passes(std::vector<StoreOperation> operations) {
  return check(std::move(operations)).answer == Answer::kLinearizable;
}

TEST_CASE("an empty history is linearizable", "[sim][linearizability][R27]") {
  CHECK(passes({}));
}

TEST_CASE("operations one after the other must fit their order", "[sim][linearizability][R27]") {
  CHECK(passes({put('1', during(0, 1)), get('1', during(2, 3))}));
  CHECK_FALSE(passes({put('1', during(0, 1)), get(' ', during(2, 3))}));
}

TEST_CASE("a read that overlaps a write may see either value", "[sim][linearizability][R27]") {
  CHECK(passes({put('1', during(0, 10)), get('1', during(5, 6))}));
  CHECK(passes({put('1', during(0, 10)), get(' ', during(5, 6))}));
}

TEST_CASE("a read that ends when a write begins overlaps it", "[sim][linearizability]") {
  CHECK(passes({get('1', during(0, 5)), put('1', during(5, 6))}));
}

TEST_CASE("reads may not go back in time", "[sim][linearizability][R27]") {
  CHECK_FALSE(passes({put('1', during(0, 10)), get('1', during(2, 3)), get(' ', during(4, 5))}));
}

TEST_CASE("a stale read is found with what proves it", "[sim][linearizability][R27]") {
  const auto verdict = check({put('1', during(0, 1)),
                              put('2', during(2, 3)),
                              get('2', during(4, 5)),
                              get('1', during(6, 9)),
                              put('3', during(8, 12)),
                              get('3', during(13, 14))});
  REQUIRE(verdict.answer == Answer::kNotLinearizable);
  CHECK(verdict.impossible == 3);
  CHECK(verdict.window == std::vector<std::size_t>{3, 4});
  CHECK(verdict.states_before == std::vector<std::string>{"x2"});
}

TEST_CASE("the states before a window are all that overlapping writes allow",
          "[sim][linearizability]") {
  const auto verdict =
      check({put('1', during(0, 20)), put('2', during(1, 20)), get('7', during(10, 11))});
  REQUIRE(verdict.answer == Answer::kNotLinearizable);
  CHECK(verdict.impossible == 2);
  CHECK(verdict.states_before == std::vector<std::string>{"", "x1", "x2"});
}

TEST_CASE("a lost update is found", "[sim][linearizability][R42]") {
  CHECK_FALSE(passes({put('0', during(0, 1)),
                      cas('0', '1', 'y', during(2, 6)),
                      cas('0', '2', 'y', during(3, 7))}));
}

TEST_CASE("a compare and set that took effect twice is found", "[sim][linearizability][R43]") {
  CHECK_FALSE(passes({put('0', during(0, 1)),
                      cas('0', '1', 'y', during(2, 3)),
                      put('0', during(4, 5)),
                      get('1', during(6, 7))}));
}

TEST_CASE("an unknown write may take effect late or never", "[sim][linearizability][R42]") {
  const StoreOperation lost = put('9', since(1));
  CHECK(passes({put('1', during(0, 0)), lost, get('1', during(2, 3))}));
  CHECK(passes({put('1', during(0, 0)), lost, get('9', during(2, 3))}));
  CHECK(passes({put('1', during(0, 0)), lost, get('1', during(2, 3)), get('9', during(90, 91))}));
}

TEST_CASE("an unknown write takes effect at most once and not before it was sent",
          "[sim][linearizability][R42][R43]") {
  CHECK_FALSE(passes({put('9', since(1)),
                      get('9', during(2, 3)),
                      put('1', during(4, 5)),
                      get('9', during(6, 7))}));
  CHECK_FALSE(passes({get('9', during(0, 1)), put('9', since(2))}));
}

TEST_CASE("keys without a link are parts of their own", "[sim][linearizability]") {
  const auto verdict = check({put('1', during(0, 1), 'a'),
                              put('2', during(0, 1), 'b'),
                              get('2', during(2, 3), 'b'),
                              get('9', during(2, 3), 'a')});
  CHECK(verdict.parts == 2);
  CHECK(verdict.answer == Answer::kNotLinearizable);
  CHECK(verdict.impossible == 3);
}

TEST_CASE("an operation on two keys joins them", "[sim][linearizability][R27]") {
  const std::vector<StoreOperation> before = {put('1', during(0, 1), 'a'),
                                              move('a', 'b', 'y', during(2, 10))};
  auto torn = before;
  torn.push_back(get('1', during(3, 4), 'b'));
  torn.push_back(get('1', during(5, 6), 'a'));
  CHECK_FALSE(passes(torn));
  auto whole = before;
  whole.push_back(get('1', during(3, 4), 'a'));
  whole.push_back(get('1', during(5, 6), 'b'));
  CHECK(passes(whole));
  CHECK(check(whole).parts == 1);
}

TEST_CASE("a search that passes its limits says so", "[sim][linearizability]") {
  std::vector<StoreOperation> operations;
  for (int i = 0; i < 16; ++i)
    operations.push_back(put(static_cast<char>('a' + i), during(i, 100)));
  operations.push_back(get('?', during(101, 102)));
  const StoreModel model(operations);
  const auto few_steps = model.check({.steps_max = 1000});
  CHECK(few_steps.answer == Answer::kGaveUp);
  CHECK(few_steps.limit == "steps_max");
  const auto little_memory = model.check({.memory_bytes_max = 50'000});
  CHECK(little_memory.answer == Answer::kGaveUp);
  CHECK(little_memory.limit == "memory_bytes_max");
}

TEST_CASE("a part that is given up does not hide a violation in another",
          "[sim][linearizability]") {
  std::vector<StoreOperation> operations;
  for (int i = 0; i < 16; ++i)
    operations.push_back(put(static_cast<char>('a' + i), during(i, 100)));
  operations.push_back(get('?', during(101, 102)));
  operations.push_back(get('1', during(0, 1), 'y'));
  const auto verdict = StoreModel(operations).check({.steps_max = 1000});
  CHECK(verdict.answer == Answer::kNotLinearizable);
  CHECK(verdict.impossible == 17);
}

}  // namespace
}  // namespace quorate::raft::testing
