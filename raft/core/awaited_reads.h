// Reads that wait until the state machine here holds what the caller has seen.
//
// They need no leader and no peer: whatever was applied anywhere is applied here too, some day, so
// only the place of the entry and the time decide how one ends.
//
// Invariant: ascending by index, so that what an applied index ends is a prefix.
//
// Owner: Replica. Thread: the driver's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "raft/core/ready.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct AwaitedRead {
  ReadToken token = 0;
  ReadPoint at;
  std::uint64_t deadline = 0;  // a tick
};

class AwaitedReads {
 public:
  void add(const AwaitedRead& read);

  [[nodiscard]] std::size_t size() const { return reads_.size(); }
  [[nodiscard]] bool empty() const { return reads_.empty(); }
  // Requires !empty().
  [[nodiscard]] Index nearest() const { return reads_.front().at.index; }

  // Takes those at or below `applied`.
  [[nodiscard]] std::vector<AwaitedRead> reach(Index applied);
  // Takes those whose entry is of a term below `term`, once an entry of `term` is applied in front
  // of all that wait. Terms never fall along a log, so such an entry cannot follow.
  [[nodiscard]] std::vector<AwaitedRead> overtake(Term term);
  // Takes those whose deadline is not after `now`.
  [[nodiscard]] std::vector<AwaitedRead> expire(std::uint64_t now);
  [[nodiscard]] std::vector<AwaitedRead> drain();

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(reads_, overtaken_);
  }

 private:
  template <typename Condition>
  std::vector<AwaitedRead> take_if(const Condition& condition);

  std::deque<AwaitedRead> reads_;
  Term overtaken_;  // as overtake() was told last: nothing that waits is of an earlier term
};

}  // namespace quorate::raft
