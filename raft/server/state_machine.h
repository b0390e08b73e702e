// StateMachine: the one interface most embedders write.
//
// Thread: every call comes from the server's apply thread, one at a time; open() and a restore() at
// the start from whoever starts the server, before there is that thread.
// Errors: a thrown exception or a failed restore stops this server (never skips an entry).
#pragma once

#include <memory>
#include <span>

#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/core/message.h"
#include "raft/core/types.h"
#include "raft/storage/snapshot_source.h"

namespace quorate::raft {

// Where apply() leaves what proposers get back.
class ApplyResults {
 public:
  virtual ~ApplyResults() = default;
  // The answer of the `position`-th entry of the span; none set means empty bytes.
  virtual void set(std::size_t position, SharedBytes result) = 0;
};

class StateMachine {
 public:
  virtual ~StateMachine() = default;

  // Called once before anything else, by whoever starts the server. The last index whose effect is
  // already durable in the state machine; Index{0} for a volatile one, which then gets every entry
  // again.
  virtual Index open() { return Index{0}; }

  // Committed entries, in order, each exactly once per incarnation of the state machine. kNoop and
  // kMembership entries are passed too (their data is not yours): indexes have no gaps.
  virtual void apply(std::span<const Entry> entries, ApplyResults& results) = 0;

  // The state after the last applied entry, as bytes that restore() understands. Must return
  // quickly (a shared or copied-on-write handle): entries wait meanwhile. Null: this state machine
  // has no snapshots, so its log is never compacted.
  virtual std::unique_ptr<SnapshotSource> snapshot() { return nullptr; }

  // Replaces the whole state by the one that `content` yields, which is that after `meta.last`; the
  // next entry applied follows it. Not ok stops the server.
  virtual Status restore(const SnapshotMeta& meta, SnapshotSource& content) {
    static_cast<void>(meta);
    static_cast<void>(content);
    return {Code::kUnsupported, "this state machine has no snapshots"};
  }

  // This replica leads `term`, and every entry committed before its leadership has been applied:
  // decisions can be made from the state as it stands.
  virtual void on_leader_start(Term term) { static_cast<void>(term); }

  // This replica no longer leads `term`. Always follows an on_leader_start of it.
  virtual void on_leader_stop(Term term) { static_cast<void>(term); }
};

}  // namespace quorate::raft
