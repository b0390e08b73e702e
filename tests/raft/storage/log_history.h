// A fixed sequence of batches that uses everything a log store does, and what must be durable
// after each of them.
#pragma once

#include <vector>

#include "tests/raft/storage/log_batches.h"

namespace quorate::raft {

// Appends, a cut inside a record, votes, a membership, snapshots that keep and that replace the
// log; then the same in a drawn order, 190 batches in all.
[[nodiscard]] std::vector<PersistBatch> history_batches();

struct DurableState {
  HardState hard_state;
  LogId snapshot;
  Index last;
  std::vector<TermRun> runs;
  std::vector<MembershipAt> memberships;
  std::vector<Entry> entries;
  bool operator==(const DurableState&) const = default;
};

// What `store` says is durable in kGroup; requires that it can be read.
[[nodiscard]] DurableState durable_state(LogStore& store);

// The state before the first batch and after each; found on a healthy store in `dir`.
[[nodiscard]] std::vector<DurableState> history_states(const std::string& dir);

}  // namespace quorate::raft
