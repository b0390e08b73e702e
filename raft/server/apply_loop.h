// ApplyLoop: the apply thread. Owns the state machine; gives it what is committed, in order, each
// entry once (P63), and answers proposals and reads when their moment has come.
//
// Invariants:
//   I1  entries reach the state machine contiguously from where it said it was
//   I2  an entry is applied only if its checksum verifies
//   I3  a proposal is answered ok only after its entry was applied, a read only once its index was
//   I4  on_leader_start(t) comes after the entry that began term t's leadership was applied, and
//       exactly one on_leader_stop(t) follows it
//   I5  nothing is answered ok after the server failed
//
// Also the only place in which the state machine gives and takes snapshots: it is asked for one
// between two entries, when enough was applied since the last, and is replaced by one before the
// entry behind it.
//
// An exception of the state machine or an entry that cannot be read stops the server: an entry is
// never skipped.
// The core hands out one range at a time and waits for it to be applied: that bounds the queue.
// Thread: submit() by the raft thread; applied() by any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/base/clock.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/proposals.h"
#include "raft/server/shared_thread.h"
#include "raft/server/snapshotter.h"
#include "raft/server/state_machine.h"
#include "raft/storage/log_store.h"

namespace quorate::raft {

// What one turn of the raft loop leaves for the apply thread. Field order is the order.
struct ApplyTask {
  std::optional<Term> lost;             // this replica no longer leads that term
  std::optional<Term> leading;          // this replica began to lead that term
  std::optional<SnapshotMeta> restore;  // replaces the state machine
  ApplyRange range{.first = Index{1}, .last = Index{0}, .entries = {}};
  std::vector<CommittedProposal> proposals;  // in index order, none later than its range
  std::vector<GrantedRead> reads;
  std::vector<SnapshotCallback> snapshots;  // someone asks for one, now

  [[nodiscard]] bool empty() const {
    return !lost && !leading && !restore && range.empty() && proposals.empty() && reads.empty() &&
           snapshots.empty();
  }
};

class ApplyLoop {
 public:
  struct Parts {
    StateMachine& machine;
    LogStore& store;
    Inbox& inbox;
    Fatal& fatal;
    Metrics& metrics;
    const Clock& clock;
    RequestGate& gate;
    Snapshotter* snapshotter;        // null: no snapshots
    SharedThread* shared = nullptr;  // null: a thread of its own
  };
  // Where the state machine stands.
  struct Start {
    Index applied;
    Membership membership;  // in effect there
    Index snapshot;         // the newest snapshot's last index
  };
  ApplyLoop(Parts parts, const ServerOptions& options, Start start);
  ~ApplyLoop();
  ApplyLoop(const ApplyLoop&) = delete;
  ApplyLoop& operator=(const ApplyLoop&) = delete;

  void start();
  // What waits is still applied and answered, unless the server failed.
  void stop();

  void submit(ApplyTask task);
  // By any thread. Calls `done` exactly once.
  void request_snapshot(SnapshotCallback done);

  [[nodiscard]] Index applied() const { return Index{applied_.load()}; }
  // By the raft thread: wake it once when applied() has changed. It looks at applied() in every
  // turn anyway; being woken for it costs a turn, and pays only while more waits to be applied.
  void wake_when_applied() { is_wake_wanted_.store(true); }

 private:
  std::optional<std::chrono::nanoseconds> turn(std::chrono::nanoseconds timeout);
  void carry_out(ApplyTask& task);
  void lose(Term term);
  Status restore(const SnapshotMeta& meta);
  void forget_covered(Index last);
  [[nodiscard]] bool is_membership_known() const;
  [[nodiscard]] bool is_snapshot_due() const;
  [[nodiscard]] std::optional<std::int64_t> snapshot_due_in_ns() const;
  [[nodiscard]] std::chrono::nanoseconds patience() const;
  void take_snapshot(SnapshotCallback done);
  Status note_applied(std::span<const Entry> entries);
  Status apply_range(const ApplyRange& range);
  Status apply_stored(Index first, Index last);
  Status apply_entries(std::span<const Entry> entries);
  Status hand_to_machine(std::span<const Entry> entries);
  void answer_proposals(std::span<const Entry> applied);
  void answer_reads();
  void fail(const Status& reason);
  void abandon();

  Parts parts_;
  const GroupId group_;
  const std::size_t read_bytes_max_;
  const std::uint64_t snapshot_every_entries_;
  const std::uint64_t snapshot_every_bytes_;
  const std::int64_t snapshot_interval_ns_;

  BoundedQueue<ApplyTask> queue_;
  std::atomic<std::uint64_t> applied_;
  std::atomic<bool> is_wake_wanted_{false};

  // The apply thread's own.
  std::deque<CommittedProposal> proposals_;   // committed, not applied; by index
  std::multimap<Index, ReadCallback> reads_;  // granted, not yet applied so far
  std::vector<SharedBytes> results_;          // of the entries being applied
  std::optional<Term> leading_;               // what this replica leads
  std::optional<Term> started_;               // what on_leader_start was called for
  LogId last_;                                // applied last by this loop; {0, 0}: nothing yet
  Membership membership_;                     // in effect after it
  Index snapshot_;                            // where the last snapshot was tried
  std::uint64_t bytes_since_snapshot_ = 0;
  std::optional<std::int64_t> uncovered_since_ns_;  // when the first entry behind it was applied
  bool has_snapshots_ = true;                       // until the state machine says that it has none
  std::vector<ApplyTask> tasks_;                    // of this turn
  LoopSeat seat_;
};

}  // namespace quorate::raft
