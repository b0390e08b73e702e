#include "raft/testing/event_heap.h"

#include <algorithm>
#include <utility>

namespace quorate::raft::testing {

bool EventHeap::later(const Item& a, const Item& b) {
  if (a.at != b.at) return a.at > b.at;
  if (a.tie != b.tie) return a.tie > b.tie;
  return a.order > b.order;
}

void EventHeap::after(SimTime delay, Action action) {
  if (free_slots_.empty()) {
    free_slots_.push_back(actions_.size());
    actions_.emplace_back();
  }
  const std::size_t slot = free_slots_.back();
  free_slots_.pop_back();
  actions_[slot] = std::move(action);
  heap_.push_back({now_ + delay, random_.next(), scheduled_++, slot});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void EventHeap::run_next() {
  QUORATE_CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), later);
  const Item item = heap_.back();
  heap_.pop_back();
  now_ = item.at;
  ++events_run_;
  const Action action = std::exchange(actions_[item.slot], nullptr);
  free_slots_.push_back(item.slot);
  action();
}

}  // namespace quorate::raft::testing
