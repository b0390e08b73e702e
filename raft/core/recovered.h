// What a log store finds at start, and the core starts from.
#pragma once

#include <vector>

#include "raft/core/message.h"
#include "raft/core/types.h"

namespace quorate::raft {

// From `first` on, up to the next run, every entry has `term`.
struct TermRun {
  Index first;
  Term term;
  bool operator==(const TermRun&) const = default;
};

struct MembershipAt {
  Index index;
  Membership membership;
  bool operator==(const MembershipAt&) const = default;
};

// Everything durable about a group except the entries' bytes; the log is (snapshot.last, last].
struct Recovered {
  HardState hard_state;
  // The log's base and the membership at it; {0, 0} with the bootstrap membership while nothing was
  // compacted. The newest durable snapshot is at or above it (P17).
  SnapshotMeta snapshot;
  Index last;
  std::vector<TermRun> term_runs;         // of the log, ascending; empty when the log is empty
  std::vector<MembershipAt> memberships;  // kMembership entries of the log, ascending
  Index applied;                          // of the state machine; snapshot.last <= applied <= last
};

}  // namespace quorate::raft
