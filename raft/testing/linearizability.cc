#include "raft/testing/linearizability.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft::testing {
namespace {

using Answer = LinearizabilityVerdict::Answer;
using Rank = std::uint32_t;  // of a completed operation, by invocation

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kOverheadBytes = 128;  // of one remembered configuration, about

// Operations that share keys, directly or through others.
std::vector<std::vector<std::size_t>> parts_of(std::size_t count,
                                               const LinearizabilityModel& model) {
  std::vector<std::size_t> root(count);
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&root](std::size_t at) {
    while (root[at] != at)
      at = root[at] = root[root[at]];
    return at;
  };
  std::map<std::string, std::size_t> first_of;
  for (std::size_t at = 0; at < count; ++at) {
    for (std::string& key : model.keys(at))
      root[find(at)] = find(first_of.emplace(std::move(key), at).first->second);
  }
  std::map<std::size_t, std::vector<std::size_t>> parts;
  for (std::size_t at = 0; at < count; ++at)
    parts[find(at)].push_back(at);
  std::vector<std::vector<std::size_t>> out;
  out.reserve(parts.size());
  for (auto& [ignored, part] : parts)
    out.push_back(std::move(part));
  return out;
}

// An invocation or a return. Where times are equal, invocations come first: the operations overlap.
struct Event {
  std::int64_t time;
  enum class Kind : std::uint8_t { kInvoke, kReturn } kind;
  std::size_t operation;
  std::uint32_t place = 0;  // rank, or place among the unknown
};

// The search through one part.
class Search {
 public:
  Search(std::span<const OperationSpan> history,
         const std::vector<std::size_t>& part,
         const LinearizabilityModel& model,
         const LinearizabilityLimits& limits);

  Answer run();
  void explain(LinearizabilityVerdict& verdict) const;
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const std::string& limit() const { return limit_; }

 private:
  struct Completed {
    std::size_t operation;
    std::uint32_t invoke_event;
    std::uint32_t return_event;
  };
  struct Unknown {
    std::size_t operation;
    std::uint32_t before_event;  // invoked before this event of the completed ones
  };
  // A step that can be taken back: what took effect, and what it was before.
  struct Frame {
    std::vector<std::uint32_t> candidates;  // ranks; unknown ones are counted on behind the ranks
    std::size_t next = 0;                   // of the candidates, to be tried
    std::uint32_t taken = kNone;
    std::string state;
    Rank high = 0;
  };
  using Used = std::vector<std::uint32_t>;  // unknown operations that took effect, sorted

  [[nodiscard]] std::vector<std::uint32_t> candidates();
  [[nodiscard]] bool is_unknown(std::uint32_t id) const { return id >= completed_.size(); }
  [[nodiscard]] std::optional<std::string> try_step(std::uint32_t id) const;
  void take(std::uint32_t id);
  void give_back(std::uint32_t id);
  void unlink(std::uint32_t event);
  void relink(std::uint32_t event);
  [[nodiscard]] std::string configuration() const;
  [[nodiscard]] bool is_new();
  [[nodiscard]] bool is_out_of_bounds();

  std::span<const OperationSpan> history_;
  const LinearizabilityModel& model_;
  const LinearizabilityLimits& limits_;
  std::vector<Event> events_;  // of completed operations
  std::vector<Completed> completed_;
  std::vector<Unknown> unknown_;

  // A ring through the events of what has not taken effect; its anchor is behind the last event.
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::size_t remaining_;
  std::string state_;
  Rank high_ = 0;  // above the highest rank that took effect
  Used used_;
  std::vector<Frame> stack_;

  std::unordered_map<std::string, std::vector<Used>> seen_;
  std::size_t seen_bytes_ = 0;
  std::uint64_t steps_ = 0;
  std::uint32_t furthest_ = 0;  // the last return that some order reached
  std::string limit_;
};

Search::Search(std::span<const OperationSpan> history,
               const std::vector<std::size_t>& part,
               const LinearizabilityModel& model,
               const LinearizabilityLimits& limits)
    : history_(history), model_(model), limits_(limits), state_(model.initial_state()) {
  std::vector<Event> all;
  for (const std::size_t operation : part) {
    const OperationSpan& span = history[operation];
    all.push_back({span.invoked, Event::Kind::kInvoke, operation});
    if (span.outcome == OperationSpan::Outcome::kUnknown) continue;
    QUORATE_CHECK(span.returned >= span.invoked);
    all.push_back({span.returned, Event::Kind::kReturn, operation});
  }
  std::ranges::sort(
      all, {}, [](const Event& e) { return std::tuple(e.time, e.kind, e.operation); });
  std::unordered_map<std::size_t, Rank> rank_of;
  for (Event& event : all) {
    const auto here = static_cast<std::uint32_t>(events_.size());
    if (history[event.operation].outcome == OperationSpan::Outcome::kUnknown) {
      unknown_.push_back({event.operation, here});
      continue;
    }
    if (event.kind == Event::Kind::kInvoke) {
      event.place = rank_of[event.operation] = static_cast<Rank>(completed_.size());
      completed_.push_back({event.operation, here, 0});
    } else {
      event.place = rank_of[event.operation];
      completed_[event.place].return_event = here;
    }
    events_.push_back(event);
  }
  remaining_ = completed_.size();
  const auto ring = static_cast<std::uint32_t>(events_.size() + 1);
  for (std::uint32_t at = 0; at < ring; ++at) {
    next_.push_back((at + 1) % ring);
    previous_.push_back((at + ring - 1) % ring);
  }
}

void Search::unlink(std::uint32_t event) {
  next_[previous_[event]] = next_[event];
  previous_[next_[event]] = previous_[event];
}

void Search::relink(std::uint32_t event) {
  next_[previous_[event]] = event;
  previous_[next_[event]] = event;
}

// What may take effect next: everything invoked before the first return of what has not. Notes how
// far this order got.
std::vector<std::uint32_t> Search::candidates() {
  const auto anchor = static_cast<std::uint32_t>(events_.size());
  std::vector<std::uint32_t> out;
  std::uint32_t event = next_[anchor];
  for (; event != anchor && events_[event].kind == Event::Kind::kInvoke; event = next_[event])
    out.push_back(events_[event].place);
  furthest_ = std::max(furthest_, event);
  const auto order = [this](Rank rank) {
    const Completed& one = completed_[rank];
    const std::uint64_t hint = history_[one.operation].order_hint;
    return std::pair(hint == 0 ? std::numeric_limits<std::uint64_t>::max() : hint,
                     one.return_event);
  };
  std::ranges::sort(out, {}, order);
  // What need not have happened is tried last.
  for (std::uint32_t at = 0; at < unknown_.size(); ++at) {
    if (unknown_[at].before_event > event) break;
    if (!std::ranges::binary_search(used_, at)) {
      out.push_back(static_cast<std::uint32_t>(completed_.size()) + at);
    }
  }
  return out;
}

std::optional<std::string> Search::try_step(std::uint32_t id) const {
  if (!is_unknown(id)) return model_.apply(completed_[id].operation, state_);
  auto after = model_.apply(unknown_[id - completed_.size()].operation, state_);
  if (after && *after == state_) return std::nullopt;  // as if it had not happened
  return after;
}

void Search::take(std::uint32_t id) {
  if (is_unknown(id)) {
    const auto at = static_cast<std::uint32_t>(id - completed_.size());
    used_.insert(std::ranges::lower_bound(used_, at), at);
    return;
  }
  unlink(completed_[id].return_event);
  unlink(completed_[id].invoke_event);
  high_ = std::max(high_, id + 1);
  --remaining_;
}

void Search::give_back(std::uint32_t id) {
  if (is_unknown(id)) {
    used_.erase(
        std::ranges::lower_bound(used_, static_cast<std::uint32_t>(id - completed_.size())));
    return;
  }
  relink(completed_[id].invoke_event);
  relink(completed_[id].return_event);
  ++remaining_;
}

// What has taken effect and the state, less the unknown operations: high, its holes, the state.
std::string Search::configuration() const {
  std::vector<Rank> numbers = {high_, 0};
  const auto anchor = static_cast<std::uint32_t>(events_.size());
  for (std::uint32_t event = next_[anchor]; event != anchor; event = next_[event]) {
    if (events_[event].kind == Event::Kind::kReturn) continue;
    if (events_[event].place >= high_) break;
    numbers.push_back(events_[event].place);
  }
  numbers[1] = static_cast<Rank>(numbers.size() - 2);
  std::string out(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Rank));
  return out += state_;
}

// Whether nobody was here before with as many unknown operations left: fewer used, more possible.
bool Search::is_new() {
  std::string key = configuration();
  const std::size_t key_bytes = key.size();
  const auto [place, first] = seen_.try_emplace(std::move(key));
  for (const Used& before : place->second) {
    if (std::ranges::includes(used_, before)) return false;
  }
  place->second.push_back(used_);
  seen_bytes_ += (first ? key_bytes : 0) + used_.size() * sizeof(std::uint32_t) + kOverheadBytes;
  return true;
}

bool Search::is_out_of_bounds() {
  if (seen_bytes_ > limits_.memory_bytes_max) limit_ = "memory_bytes_max";
  if (steps_ > limits_.steps_max) limit_ = "steps_max";
  return !limit_.empty();
}

Answer Search::run() {
  QUORATE_CHECK(is_new());
  stack_.push_back({.candidates = candidates()});
  while (remaining_ > 0) {
    if (is_out_of_bounds()) return Answer::kGaveUp;
    Frame& frame = stack_.back();
    if (frame.taken != kNone) {  // it led nowhere
      give_back(std::exchange(frame.taken, kNone));
      state_ = std::move(frame.state);
      high_ = frame.high;
    }
    if (frame.next == frame.candidates.size()) {
      stack_.pop_back();
      if (stack_.empty()) return Answer::kNotLinearizable;
      continue;
    }
    const std::uint32_t id = frame.candidates[frame.next++];
    ++steps_;
    auto after = try_step(id);
    if (!after) continue;
    frame.taken = id;
    frame.high = high_;
    frame.state = std::exchange(state_, *std::move(after));
    take(id);
    if (is_new()) stack_.push_back({.candidates = candidates()});
  }
  return Answer::kLinearizable;
}

// Requires that run() has tried everything: what it saw is all that can be reached.
void Search::explain(LinearizabilityVerdict& verdict) const {
  const Completed& impossible = completed_[events_[furthest_].place];
  const auto x = static_cast<Rank>(events_[furthest_].place);
  const auto was_running = [&](Rank rank) {
    return completed_[rank].return_event > impossible.invoke_event;
  };
  verdict.impossible = impossible.operation;
  for (const Completed& one : completed_) {
    const bool overlaps =
        one.return_event > impossible.invoke_event && one.invoke_event < impossible.return_event;
    if (overlaps) verdict.window.push_back(one.operation);
  }
  for (const Unknown& one : unknown_) {
    if (one.before_event <= furthest_) verdict.window.push_back(one.operation);
  }
  std::ranges::sort(verdict.window, {}, [this](std::size_t operation) {
    return std::pair(history_[operation].invoked, operation);
  });
  const auto was_invoked = [&](std::uint32_t at) {
    return unknown_[at].before_event <= impossible.invoke_event;
  };
  std::set<std::string> states;
  for (const auto& [key, used_sets] : seen_) {
    std::vector<Rank> head(2);
    std::copy_n(key.data(), 2 * sizeof(Rank), reinterpret_cast<char*>(head.data()));
    std::vector<Rank> missing(head[1]);
    std::copy_n(key.data() + 2 * sizeof(Rank),
                missing.size() * sizeof(Rank),
                reinterpret_cast<char*>(missing.data()));
    if (head[0] > x) continue;  // something invoked later has taken effect
    for (Rank rank = head[0]; rank < x; ++rank)
      missing.push_back(rank);
    const bool then = std::ranges::any_of(
        used_sets, [&](const Used& used) { return std::ranges::all_of(used, was_invoked); });
    if (!then || !std::ranges::all_of(missing, was_running)) continue;
    states.insert(key.substr((2 + head[1]) * sizeof(Rank)));
  }
  verdict.states_before.assign(states.begin(), states.end());
}

}  // namespace

LinearizabilityVerdict check_linearizable(std::span<const OperationSpan> history,
                                          const LinearizabilityModel& model,
                                          const LinearizabilityLimits& limits) {
  LinearizabilityVerdict verdict;
  const auto parts = parts_of(history.size(), model);
  verdict.parts = parts.size();
  for (const auto& part : parts) {
    Search search(history, part, model, limits);
    const Answer answer = search.run();
    verdict.steps += search.steps();
    if (answer == Answer::kLinearizable) continue;
    verdict.answer = answer;
    verdict.limit = search.limit();
    if (answer == Answer::kGaveUp) continue;
    search.explain(verdict);
    return verdict;
  }
  return verdict;
}

}  // namespace quorate::raft::testing
