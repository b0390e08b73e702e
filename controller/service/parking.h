// Parking: decided answers that must not leave before what they rest on is committed.
//
// An answer without a batch of its own (an error, a retry, a heartbeat that changes nothing) may
// rest on records that are still on their way: it waits for its offset, and is refused when this
// controller loses the leadership or sets its pending image back (rule of controller.md 4.1).
//
// Thread: any (locks inside). Answers run on the thread that makes them due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "controller/service/command.h"
#include "raft/base/mutex.h"

namespace quorate::controller {

class Parking {
 public:
  explicit Parking(std::size_t answers_max) : answers_max_(answers_max) {}

  // A leadership begins at `committed`; nothing may be parked from an earlier one.
  void open(raft::Term term, std::uint64_t committed);

  // Answers at once when `wait_offset` is committed. Full: refused as busy (it changed nothing).
  void park(CommandPointer command, std::uint64_t wait_offset);

  // Everything below `end_offset` is committed. Ignored unless `term` is the open leadership's:
  // offsets of another leader's records say nothing about ours.
  void release(raft::Term term, std::uint64_t end_offset);

  // Refuses everything; nothing is parked until open().
  void refuse_all(const Status& why);
  // The same, but the leadership goes on from `committed`.
  void reset(std::uint64_t committed, const Status& why);

  [[nodiscard]] std::size_t size() const;

 private:
  using Answers = std::multimap<std::uint64_t, CommandPointer>;

  const std::size_t answers_max_;
  mutable Mutex mutex_;
  raft::Term term_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t committed_ QUORATE_GUARDED_BY(mutex_) = 0;
  Answers answers_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::controller
