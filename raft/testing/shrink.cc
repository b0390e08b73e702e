#include "raft/testing/shrink.h"

#include <algorithm>
#include <utility>

#include "raft/testing/option_file.h"

namespace quorate::raft::testing {
namespace {

using Values = std::vector<std::uint64_t>;

class Shrinker {
 public:
  Shrinker(ShrunkRun first,
           const SimRunner& run,
           const ShrinkLimits& limits,
           const ShrinkProgress& progress)
      : best_(std::move(first)),
        invariant_(best_.verdict.violation->invariant),
        run_(run),
        limits_(limits),
        progress_(progress) {}

  ShrunkRun shrink() {
    for (bool is_smaller = true; is_smaller && !is_spent();) {
      is_smaller = drop_in_groups();
      is_smaller |= approach_each();
    }
    look_for_shortest();
    return std::move(best_);
  }

 private:
  [[nodiscard]] bool is_spent() const { return best_.runs >= limits_.runs_max; }

  // Where the best run is not as simple as can be.
  [[nodiscard]] std::vector<std::size_t> left() const {
    const Values now = values_of(best_.options);
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != simplest_[i]) places.push_back(i);
    }
    return places;
  }

  // Groups of options at once, first all of them, at last each alone.
  bool drop_in_groups() {
    bool is_smaller = false;
    for (std::size_t size = left().size(); size > 0; size /= 2) {
      const std::vector<std::size_t> places = left();
      for (std::size_t at = 0; at < places.size(); at += size) {
        Values values = values_of(best_.options);
        for (std::size_t i = at; i < std::min(at + size, places.size()); ++i)
          values[places[i]] = simplest_[places[i]];
        is_smaller |= attempt(values);
      }
    }
    return is_smaller;
  }

  // Each that must stay goes half the way, again and again.
  bool approach_each() {
    bool is_smaller = false;
    for (const std::size_t place : left()) {
      while (true) {
        Values values = values_of(best_.options);
        const std::uint64_t goal = simplest_[place];
        const std::uint64_t now = values[place];
        values[place] = now > goal ? goal + (now - goal) / 2 : goal - (goal - now) / 2;
        if (values[place] == now || !attempt(values)) break;
        is_smaller = true;
      }
    }
    return is_smaller;
  }

  // Whether the invariant breaks with these options, too; then they are the best.
  bool attempt(const Values& values) {
    const SimOptions options = options_of(values);
    if (values == values_of(best_.options) || !validate(options).is_ok()) return false;
    for (std::uint64_t i = 0; i < limits_.seeds_per_attempt && !is_spent(); ++i) {
      if (try_run(best_.seed + i, options)) return true;
    }
    return false;
  }

  void look_for_shortest() {
    const SimOptions options = best_.options;
    const std::uint64_t first = best_.seed;
    for (std::uint64_t i = 1; i < limits_.seeds_at_end && !is_spent(); ++i)
      try_run(first + i, options);
  }

  bool try_run(std::uint64_t seed, const SimOptions& options) {
    SimVerdict verdict = run_(seed, options);
    ++best_.runs;
    if (verdict.is_clean() || verdict.violation->invariant != invariant_) return false;
    const std::string what = difference(options);
    if (what.empty() && verdict.events >= best_.verdict.events) return false;
    best_ = {seed, options, std::move(verdict), best_.runs};
    if (progress_) progress_(best_, what.empty() ? "a shorter run" : what);
    return true;
  }

  [[nodiscard]] std::string difference(const SimOptions& options) const {
    const Values before = values_of(best_.options);
    const Values now = values_of(options);
    std::string what;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] == before[i]) continue;
      what += (what.empty() ? "" : ", ") + std::string(option_names()[i]) + " = " +
              std::to_string(now[i]);
    }
    return what;
  }

  ShrunkRun best_;
  const std::string invariant_;
  const SimRunner& run_;
  const ShrinkLimits limits_;
  const ShrinkProgress& progress_;
  const Values simplest_ = values_of(simplest_options());
};

}  // namespace

std::optional<ShrunkRun> shrink(std::uint64_t seed,
                                const SimOptions& options,
                                const SimRunner& run,
                                const ShrinkLimits& limits,
                                const ShrinkProgress& progress) {
  ShrunkRun first{seed, options, run(seed, options), 1};
  if (first.verdict.is_clean()) return std::nullopt;
  return Shrinker(std::move(first), run, limits, progress).shrink();
}

}  // namespace quorate::raft::testing
