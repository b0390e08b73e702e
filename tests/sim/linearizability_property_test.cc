// The checker beside a search that tries every order, on histories of a real object.
#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/sim/store_model.h"

namespace quorate::raft::testing {
namespace {

using Answer = LinearizabilityVerdict::Answer;
using Kind = StoreOperation::Kind;

struct Shape {
  std::size_t clients;
  std::size_t operations;
  std::uint64_t unknown_percent;
  std::uint64_t hinted_percent;
  std::uint64_t keys;
};

StoreOperation draw(Random& random, const Shape& shape) {
  StoreOperation operation;
  const std::uint64_t what = random.below(10);
  operation.kind = what < 3   ? Kind::kPut
                   : what < 6 ? Kind::kGet
                   : what < 9 ? Kind::kCas
                              : Kind::kMove;
  operation.key = static_cast<char>('a' + random.below(shape.keys));
  operation.value = static_cast<char>('0' + random.below(4));
  operation.expected = static_cast<char>('0' + random.below(4));
  if (operation.kind == Kind::kMove) {
    operation.expected = static_cast<char>('a' + random.below(shape.keys));
  }
  return operation;
}

// Clients take turns on one object; each operation takes effect at a moment inside its span. Some
// outcomes are then forgotten, as when an answer is lost: with and without an effect.
std::vector<StoreOperation> real_history(Random& random, const Shape& shape) {
  std::vector<std::int64_t> free_at(shape.clients, 0);
  std::vector<std::pair<std::int64_t, std::size_t>> effects;
  std::vector<StoreOperation> history;
  for (std::size_t i = 0; i < shape.operations; ++i) {
    StoreOperation operation = draw(random, shape);
    std::int64_t& now = free_at[random.below(shape.clients)];
    const auto pause = static_cast<std::int64_t>(random.below(20));
    const auto before = static_cast<std::int64_t>(random.below(30));
    const auto after = static_cast<std::int64_t>(random.below(30));
    operation.span.invoked = now + pause;
    operation.span.returned = operation.span.invoked + before + after;
    effects.emplace_back(operation.span.invoked + before, i);
    now = operation.span.returned + 1;
    history.push_back(operation);
  }
  std::ranges::sort(effects);
  std::string state;
  std::uint64_t index = 0;
  for (const auto& [time, at] : effects) {
    StoreOperation& operation = history[at];
    const bool unknown = random.chance(shape.unknown_percent, 100);
    if (unknown) operation.span.outcome = OperationSpan::Outcome::kUnknown;
    if (random.chance(shape.hinted_percent, 100)) operation.span.order_hint = ++index;
    if (unknown && random.chance(1, 2)) continue;  // it never took effect
    auto [next, result] = run_operation(operation, state);
    state = std::move(next);
    operation.result = result;
  }
  return history;
}

// Every order of every choice of unknown operations that keeps to real time.
class BruteForce {
 public:
  explicit BruteForce(const std::vector<StoreOperation>& history) : history_(history) {}
  bool accepts() { return extend({}, 0); }

 private:
  static bool is_unknown(const StoreOperation& operation) {
    return operation.span.outcome == OperationSpan::Outcome::kUnknown;
  }
  bool extend(const std::string& state, std::uint32_t done) {
    bool complete = true;
    for (std::size_t i = 0; i < history_.size(); ++i)
      complete = complete && (is_unknown(history_[i]) || (done >> i & 1U) != 0);
    if (complete) return true;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if ((done >> i & 1U) != 0 || !may_be_next(i, done)) continue;
      const auto [after, result] = run_operation(history_[i], state);
      if (!is_unknown(history_[i]) && result != history_[i].result) continue;
      if (extend(after, done | 1U << i)) return true;
    }
    return false;
  }
  [[nodiscard]] bool may_be_next(std::size_t i, std::uint32_t done) const {
    for (std::size_t j = 0; j < history_.size(); ++j) {
      const bool waits = (done >> j & 1U) == 0 && !is_unknown(history_[j]);
      if (waits && history_[j].span.returned < history_[i].span.invoked) return false;
    }
    return true;
  }

  const std::vector<StoreOperation>& history_;
};

void change_one_result(std::vector<StoreOperation>& history, Random& random) {
  StoreOperation& operation = history[random.below(history.size())];
  const bool is_read = operation.kind == Kind::kGet;
  operation.result =
      is_read ? static_cast<char>('0' + random.below(5)) : (operation.result == 'y' ? 'n' : 'y');
}

Answer answer_of(const std::vector<StoreOperation>& history) {
  return StoreModel(history).check().answer;
}

TEST_CASE("the checker agrees with a search of every order", "[sim][linearizability][R27]") {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const Shape shape{.clients = random.between(1, 4),
                      .operations = random.between(2, 7),
                      .unknown_percent = random.below(40),
                      .hinted_percent = random.below(101),
                      .keys = random.between(1, 2)};
    std::vector<StoreOperation> history = real_history(random, shape);
    REQUIRE(answer_of(history) == Answer::kLinearizable);
    REQUIRE(BruteForce(history).accepts());
    change_one_result(history, random);
    const bool accepted = BruteForce(history).accepts();
    REQUIRE((answer_of(history) == Answer::kLinearizable) == accepted);
    refused += accepted ? 0 : 1;
  }
  CHECK(refused > 1000);
}

TEST_CASE("the shortest bad beginning ends with the return that is named",
          "[sim][linearizability][R27]") {
  int seen = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    std::vector<StoreOperation> history = real_history(
        random,
        {.clients = 3, .operations = 6, .unknown_percent = 10, .hinted_percent = 0, .keys = 1});
    change_one_result(history, random);
    const auto verdict = StoreModel(history).check();
    if (verdict.answer == Answer::kLinearizable) continue;
    ++seen;
    const std::int64_t end = history[verdict.impossible].span.returned;
    std::vector<StoreOperation> until = history;   // with what still ran, and how that went
    std::vector<StoreOperation> before = history;  // what had not returned is as good as unknown
    for (std::size_t i = 0; i < history.size(); ++i) {
      const OperationSpan& span = history[i].span;
      if (span.invoked > end) until[i].span.outcome = OperationSpan::Outcome::kUnknown;
      if (span.returned >= end) before[i].span.outcome = OperationSpan::Outcome::kUnknown;
    }
    CHECK_FALSE(BruteForce(until).accepts());
    CHECK(BruteForce(before).accepts());
    CHECK_FALSE(verdict.states_before.empty());
  }
  CHECK(seen > 300);
}

TEST_CASE("long histories of a real object are accepted", "[sim][linearizability][R27]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const Shape shape{.clients = 8,
                      .operations = 1000,
                      .unknown_percent = seed % 3,
                      .hinted_percent = seed % 2 * 100,
                      .keys = 4};
    CHECK(answer_of(real_history(random, shape)) == Answer::kLinearizable);
  }
}

TEST_CASE("one wrong result in a long history is nearly always found",
          "[sim][linearizability][R27]") {
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    std::vector<StoreOperation> history = real_history(
        random,
        {.clients = 5, .operations = 400, .unknown_percent = 0, .hinted_percent = 0, .keys = 3});
    StoreOperation* read = nullptr;
    while (!read || read->kind != Kind::kGet)
      read = &history[random.below(history.size())];
    read->result = '!';
    found += answer_of(history) == Answer::kNotLinearizable ? 1 : 0;
  }
  CHECK(found == 40);
}

}  // namespace
}  // namespace quorate::raft::testing
