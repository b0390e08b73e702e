// GroupLog: what is durable about one group without its entries' bytes, and how batches change it.
//
// PURE. fold() takes a persist batch into the state and into the difference that has to be written;
// several batches fold into one difference, so that one write serves them all.
//
// Invariants of a state, each checked by check_group_log() with a reason of its own (P12):
//   I1  snapshot.last.index <= last.index; the log is (snapshot.last, last]
//   I2  runs rise in index and term; the first begins at the log's first index, none behind last
//   I3  memberships' indexes rise and lie in the log
//   I4  hard_state.term is not below last.term (P2)
//
// Owner: RocksDbLogStore. Thread: the log-writer thread.
// Source: docs/storage-format.md; raft/core/ready.h for the order inside a batch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/ready.h"
#include "raft/core/recovered.h"
#include "raft/core/types.h"

namespace quorate::raft {

struct GroupLog {
  HardState hard_state;
  SnapshotMeta snapshot;
  LogId last;                      // snapshot.last when the log is empty
  std::vector<TermRun> runs;       // of the log, ascending
  std::vector<Index> memberships;  // of kMembership entries of the log, ascending

  [[nodiscard]] Index first() const { return snapshot.last.index.next(); }
  // The term of the entry at `index`, or of the snapshot's last; nothing outside of these.
  [[nodiscard]] std::optional<Term> term_at(Index index) const;
  // Whether the log, or the snapshot under it, covers the entry `id`.
  [[nodiscard]] bool covers(const LogId& id) const;
  bool operator==(const GroupLog&) const = default;
};

// "7 of term 3", for messages.
[[nodiscard]] std::string position_text(const LogId& id);

// What to write so that a stored state becomes the folded one.
struct GroupDelta {
  GroupLog before;  // what is stored
  GroupLog after;
  std::optional<Index> cut;  // stored entries from here on are gone; <= before.last
  std::vector<Entry> added;  // contiguous up to after.last; not behind the snapshot

  // The stored entries that stay: (after.snapshot.last, kept_last()].
  [[nodiscard]] Index kept_last() const { return cut ? cut->prev() : before.last.index; }
};

// Ok, or kCorruption naming the invariant and the numbers.
Status check_group_log(const GroupLog& log);

// A difference that changes nothing.
[[nodiscard]] GroupDelta unchanged(const GroupLog& log);

// Folds `batch` in; kInvalidArgument, saying why, when it does not fit what is there (`delta` is
// then of no use). Order inside: cut; then append and snapshot, the snapshot first when the entries
// begin right behind it; then the hard state.
Status fold(const PersistBatch& batch, GroupDelta& delta);

}  // namespace quorate::raft
