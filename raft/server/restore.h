// From which snapshot a state machine starts, and how it gets there.
//
// A snapshot counts only if the log covers it: one that was received and whose log was not yet
// written when the process ended is removed, for nothing durable says that it was ever installed.
//
// Thread: whoever starts the server, before any of its threads.
// Source: docs/io-ordering.md, docs/adr/0007-snapshots.md.
#pragma once

#include "raft/base/status.h"
#include "raft/core/recovered.h"
#include "raft/server/state_machine.h"
#include "raft/storage/snapshot_store.h"

namespace quorate::raft {

// Brings `machine`, which holds everything up to `applied`, to where the log can go on: to the
// newest snapshot, if that is beyond what it holds. How far it is then. What is behind the newest
// snapshot need not be known to be committed here, and a leader that does not know that can send it
// to nobody. kFailedPrecondition when no snapshot leads to the log; kCorruption when the only ones
// that would are damaged.
Result<Index> restore_at_start(SnapshotStore& store,
                               StateMachine& machine,
                               const Recovered& recovered,
                               Index applied);

// Gives the stored snapshot that ends with `last` to `machine`. What it throws is an error.
Status restore_machine(SnapshotStore& store, StateMachine& machine, const LogId& last);

// The membership in effect at `index`, which lies in the log or at its base.
[[nodiscard]] Membership membership_at(const Recovered& recovered, Index index);

}  // namespace quorate::raft
