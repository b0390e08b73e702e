#include "raft/testing/small_scope.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>
#include <utility>

#include "raft/testing/small_world.h"

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kStepsBetweenNotes = 1U << 18U;

class ScopeSearch {
 public:
  ScopeSearch(const SmallScope& scope,
              const std::function<void(const SmallScopeVerdict&)>& progress)
      : scope_(scope), progress_(progress) {}

  SmallScopeVerdict run() {
    const SmallWorld first(scope_);
    note(first);
    verdict_.is_complete = walk(first);
    return std::move(verdict_);
  }

 private:
  // Returns false when the search ended in it: a violation, or too many states.
  bool walk(const SmallWorld& world) {
    verdict_.depth = std::max<std::uint64_t>(verdict_.depth, path_.size());
    for (const SmallStep& step : world.steps()) {
      SmallWorld next = world;
      path_.push_back({&world, step});
      const bool goes_on = !next.take(step) || visit(next);
      path_.pop_back();
      if (!goes_on) return false;
    }
    return true;
  }

  bool visit(const SmallWorld& next) {
    if (++verdict_.steps % kStepsBetweenNotes == 0 && progress_) progress_(verdict_);
    if (next.violation()) {
      verdict_.violation = next.violation();
      for (const auto& [world, step] : path_)
        verdict_.path.push_back(world->describe(step));
      return false;
    }
    if (!note(next)) return true;
    return verdict_.states < scope_.states_max && walk(next);
  }

  // Returns whether the state is new. A fingerprint's low half is enough to tell states apart: with
  // n states two of them are taken for one with a chance of n^2 / 2^65.
  bool note(const SmallWorld& world) {
    if (!seen_.insert(world.fingerprint().low).second) return false;
    ++verdict_.states;
    const std::size_t leaders = world.leaders();
    verdict_.leaders += leaders > 0 ? 1U : 0U;
    verdict_.rivals += leaders > 1 ? 1U : 0U;
    verdict_.commits += world.has_commit() ? 1U : 0U;
    verdict_.cuts += world.was_cut() ? 1U : 0U;
    return true;
  }

  const SmallScope scope_;
  const std::function<void(const SmallScopeVerdict&)>& progress_;
  std::unordered_set<std::uint64_t> seen_;
  std::vector<std::pair<const SmallWorld*, SmallStep>> path_;
  SmallScopeVerdict verdict_;
};

Status assign(std::string_view word, SmallScope& scope) {
  const std::array<std::pair<std::string_view, std::uint32_t*>, 6> numbers{
      {{"timeouts", &scope.timeouts},
       {"holds", &scope.holds},
       {"heartbeats", &scope.heartbeats},
       {"proposals", &scope.proposals},
       {"crashes", &scope.crashes},
       {"repeats", &scope.repeats}}};
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view text = equals == word.npos ? "" : word.substr(equals + 1);
  const auto read = [&](auto& number) -> Status {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return Status::ok();
    return {Code::kInvalidArgument, "'" + std::string(word) + "': not a number"};
  };
  if (name == "states_max") return read(scope.states_max);
  for (const auto& [known, number] : numbers) {
    if (name == known) return read(*number);
  }
  return {Code::kInvalidArgument,
          "'" + std::string(word) +
              "': not one of timeouts, holds, heartbeats, proposals, crashes, repeats, states_max"};
}

}  // namespace

Result<SmallScope> parse_small_scope(std::string_view text) {
  SmallScope scope;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    QUORATE_TRY(assign(text.substr(0, comma), scope));
    text = comma == text.npos ? "" : text.substr(comma + 1);
  }
  return scope;
}

SmallScopeVerdict explore(const SmallScope& scope,
                          const std::function<void(const SmallScopeVerdict&)>& progress) {
  return ScopeSearch(scope, progress).run();
}

}  // namespace quorate::raft::testing
