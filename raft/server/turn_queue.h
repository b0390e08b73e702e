// TurnQueue: whose turn it is on a thread that many loops share. Who waits for nothing costs
// nothing: the work of a round is that of those who are ready, however many there are (P111).
//
//   resting --wake()--> ready --take_ready()--> (its turn) --rest()--> resting
//      '---- the time given to rest() has come ----^
//
// Invariants:
//   I1  nobody is in the ready list twice, and nobody is there and waits for a time
//   I2  whoever was woken during its own turn is ready again: no wake-up is lost
//   I3  nobody waits longer than a grain beyond its time, and nobody gets a turn before it
//
// Times are rounded up to a multiple of the grain: many loops that wait for nearly the same moment
// are one wake-up of the thread.
//
// Pure: times are readings that the caller hands in.
// Owner: SharedThread. Thread: under its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace quorate::raft {

template <typename Key>
class TurnQueue {
 public:
  explicit TurnQueue(std::int64_t grain_ns = 1) : grain_ns_(grain_ns) {}

  // Has something to do now.
  void wake(Key key) {
    State& state = states_[key];
    if (state.is_ready) return;
    clear_due(key, state);
    state.is_ready = true;
    ready_.push_back(key);
  }

  // Its turn has ended; it wants the next one at `at_ns`, or only when it is woken.
  void rest(Key key, std::optional<std::int64_t> at_ns) {
    State& state = states_[key];
    if (state.is_ready) return;  // I2
    clear_due(key, state);
    if (!at_ns) return;
    state.due_ns = (*at_ns + grain_ns_ - 1) / grain_ns_ * grain_ns_;  // I3
    due_.emplace(*state.due_ns, key);
  }

  // It will have no turn any more.
  void forget(Key key) {
    const auto found = states_.find(key);
    if (found == states_.end()) return;
    clear_due(key, found->second);
    if (found->second.is_ready) std::erase(ready_, key);
    states_.erase(found);
  }

  // Everyone whose turn it is at `now_ns`, those that were woken first.
  [[nodiscard]] std::vector<Key> take_ready(std::int64_t now_ns) {
    while (!due_.empty() && due_.begin()->first <= now_ns)
      wake(due_.begin()->second);
    for (const Key key : ready_)
      states_[key].is_ready = false;
    return std::exchange(ready_, {});
  }

  [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
  // When the next one becomes ready by time alone.
  [[nodiscard]] std::optional<std::int64_t> next_due_ns() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
  }

 private:
  struct State {
    bool is_ready = false;
    std::optional<std::int64_t> due_ns;
  };

  void clear_due(Key key, State& state) {
    if (state.due_ns) due_.erase({*state.due_ns, key});
    state.due_ns.reset();
  }

  std::int64_t grain_ns_;
  std::unordered_map<Key, State> states_;
  std::vector<Key> ready_;
  std::set<std::pair<std::int64_t, Key>> due_;
};

}  // namespace quorate::raft
