// GroupRuntime: one group's replica at work: its core, its loops, its queues and what waits in
// them. What groups can share is handed in: the store, the log writer, the way out, the threads.
//
//   recover() --> create() --> start() --> (requests, messages, completions) --> stop()
//
// Owner: Server (one, with threads of its own), Host (many, on shared threads).
// Thread: every public function may be called from any thread, but start(), end_raft() and end()
// from the owner's, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/clock.h"
#include "raft/base/status.h"
#include "raft/server/apply_loop.h"
#include "raft/server/callbacks.h"
#include "raft/server/entry_reader.h"
#include "raft/server/event_sink.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/options.h"
#include "raft/server/proposals.h"
#include "raft/server/raft_loop.h"
#include "raft/server/server_status.h"
#include "raft/server/snapshotter.h"
#include "raft/server/state_machine.h"
#include "raft/server/write_listener.h"
#include "raft/storage/log_store.h"
#include "raft/storage/snapshot_store.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

// Null: a thread of its own.
struct GroupThreads {
  SharedThread* raft = nullptr;
  SharedThread* apply = nullptr;
  SharedThread* reader = nullptr;
  SharedThread* snapshotter = nullptr;
};

// All of it outlives the runtime.
struct GroupParts {
  LogStore& store;
  StateMachine& machine;
  SnapshotStore* snapshots = nullptr;  // null: none are taken or received
  BatchSink& writer;
  MessageSink& messages;
  const Clock& clock;
  EventSink* events = nullptr;  // may be null
  Metrics& metrics;
  Fatal& fatal;
  Inbox& inbox;
  GroupThreads threads;
  Throttle* snapshot_throttle = nullptr;  // see Snapshotter::Parts
  RestGate* rest = nullptr;               // null: never rests
  std::int64_t tick_phase_ns = 0;         // see RaftLoop::Parts
  std::function<void()> on_failed;  // on the raft thread, once, after the group had to stop itself
  RecordingSink recording;          // see ServerParts
};

class GroupRuntime {
 public:
  // What the store holds and where the state machine stands: everything that can fail.
  struct Recovery {
    std::unique_ptr<Consensus> core;
    ApplyLoop::Start start;
  };
  static Result<Recovery> recover(const ServerOptions& options,
                                  LogStore& store,
                                  SnapshotStore* snapshots,
                                  StateMachine& machine);

  GroupRuntime(const ServerOptions& options, const GroupParts& parts, Recovery recovery);
  GroupRuntime(const GroupRuntime&) = delete;
  GroupRuntime& operator=(const GroupRuntime&) = delete;

  void start();
  // Nothing is sent, written or applied anew afterwards; what the core had not answered is.
  void end_raft() { loop_.stop(); }
  // After end_raft(), and after nothing of this group is being written. Answers what still waits;
  // no callback runs afterwards.
  void end();

  Status propose(SharedBytes data, ProposeOptions options, ProposeCallback done);
  Status read(ReadMode mode, ReadCallback done);
  Status read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done);
  Status change_membership(MembershipChange change, ChangeCallback done);
  Status post(inbox::Item item) { return parts_.inbox.post_request(std::move(item)); }
  void take_snapshot(SnapshotCallback done) { apply_.request_snapshot(std::move(done)); }
  [[nodiscard]] std::vector<SnapshotMeta> snapshots() const;

  // Something has entered the inbox.
  void wake() { loop_.wake(); }
  void on_messages(std::vector<Message> messages);
  void on_peer_lost(NodeId peer, PeerLoss loss);

  [[nodiscard]] const ServerOptions& options() const { return options_; }
  // Syncs, and the log's bytes, are the writer's and the store's.
  [[nodiscard]] ServerStatus status() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

 private:
  std::unique_ptr<Snapshotter> make_snapshotter();
  // Counts the request in; out again when it could not be queued.
  Status post_counted(inbox::Item item);

  const ServerOptions options_;
  const GroupParts parts_;
  RequestGate gate_;
  PublishedStatus published_;
  EntryReader reader_;
  std::unique_ptr<Snapshotter> snapshotter_;
  ApplyLoop apply_;
  RaftLoop loop_;
};

}  // namespace quorate::raft
