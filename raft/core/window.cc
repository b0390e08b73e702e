#include "raft/core/window.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {

const Entry& Window::at(Index index) const {
  QUORATE_CHECK(index >= first_ && index < end());
  return entries_[index.value - first_.value];
}

std::vector<Entry> Window::slice(Index from,
                                 Index last,
                                 std::size_t bytes_max,
                                 std::size_t entries_max) const {
  QUORATE_CHECK(from >= first_ && from <= last && last < end());
  const std::uint64_t wanted = last.value - from.value + 1;
  const std::size_t count_max = static_cast<std::size_t>(
      std::min<std::uint64_t>(wanted, std::max<std::size_t>(entries_max, 1)));
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(from.value - first_.value);
  std::size_t count = 1;
  std::size_t bytes = begin->bytes();
  for (; count < count_max; ++count) {
    bytes += begin[static_cast<std::ptrdiff_t>(count)].bytes();
    if (bytes > bytes_max) break;
  }
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void Window::append(Entry entry) {
  QUORATE_CHECK(entry.id.index == end());
  bytes_ += entry.bytes();
  entries_.push_back(std::move(entry));
}

void Window::truncate(Index from) {
  QUORATE_CHECK(from.value > 0);
  while (!entries_.empty() && entries_.back().id.index >= from) {
    bytes_ -= entries_.back().bytes();
    entries_.pop_back();
  }
  if (entries_.empty()) first_ = std::min(first_, from);
  QUORATE_CHECK(!entries_.empty() || bytes_ == 0);
  QUORATE_CHECK(end() <= from);
}

void Window::drop_through(Index last) {
  while (!entries_.empty() && first_ <= last)
    drop_oldest();
}

void Window::drop_oldest() {
  QUORATE_CHECK(!entries_.empty());
  bytes_ -= entries_.front().bytes();
  entries_.pop_front();
  first_ = first_.next();
  QUORATE_CHECK(entries_.empty() || entries_.front().id.index == first_);
}

}  // namespace quorate::raft
