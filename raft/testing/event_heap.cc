#include "raft/testing/event_heap.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace quorate::raft::testing {

bool EventHeap::later(const Item& a, const Item& b) {
  return std::tie(a.at, a.tie, a.order) > std::tie(b.at, b.tie, b.order);
}

void EventHeap::after(SimTime delay, Action action) {
  heap_.push_back({now_ + delay, random_.next(), scheduled_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), later);
}

void EventHeap::run_next() {
  QUORATE_CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), later);
  Item item = std::move(heap_.back());
  heap_.pop_back();
  now_ = item.at;
  ++events_run_;
  item.action();
}

}  // namespace quorate::raft::testing
