// The newest entries of a log, in memory, for peers, the store and the state machine.
//
// Contiguous, ending where the log ends. The bytes belong to the entries' shared owners: slices
// copy references only.
//
// Owner: Log. Thread: that of its owner.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "raft/core/entry.h"
#include "raft/core/types.h"

namespace quorate::raft {

class Window {
 public:
  // Empty; the next entry is the one behind `last`.
  explicit Window(Index last) : first_(last.next()) {}

  // The oldest entry held, or the next to come when there is none.
  [[nodiscard]] Index first() const { return first_; }
  // Behind the newest entry held.
  [[nodiscard]] Index end() const { return {first_.value + entries_.size()}; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // Requires first() <= index < end().
  [[nodiscard]] const Entry& at(Index index) const;

  // The entries from `from` to `last`, stopping before a bound is passed but with at least one.
  // Requires first() <= from <= last < end().
  [[nodiscard]] std::vector<Entry> slice(Index from,
                                         Index last,
                                         std::size_t bytes_max,
                                         std::size_t entries_max) const;

  // Requires entry.id.index == end().
  void append(Entry entry);
  // Drops `from` and all behind it. What is older stays; when nothing is left, the window begins
  // at `from`.
  void truncate(Index from);
  // Drops everything up to `last`, as far as it is held.
  void drop_through(Index last);
  // Drops the oldest entry. Requires that there is one.
  void drop_oldest();

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(first_, entries_, bytes_);
  }

 private:
  Index first_;
  std::deque<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace quorate::raft
