// Server: a replica with batteries: a Consensus, its threads, a log store and a transport; with a
// snapshot store one more thread, which takes, sends and receives snapshots.
//
//   transport threads --> inbox --> raft thread --> log-writer thread --> (persisted) --> inbox
//        proposals    --^              |  \-------> apply thread --> callbacks
//                                      \---> transport.send
//
// Never names RocksDB or gRPC: parts are handed in.
// Owner: the embedder. Thread: every public function may be called from any thread, but stop() and
// the destructor not from a callback.
// Source: docs/ARCHITECTURE.md, "One replicated entry".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/clock.h"
#include "raft/base/status.h"
#include "raft/server/callbacks.h"
#include "raft/server/event_sink.h"
#include "raft/server/metrics.h"
#include "raft/server/options.h"
#include "raft/server/server_status.h"
#include "raft/server/state_machine.h"
#include "raft/storage/log_store.h"
#include "raft/storage/snapshot_store.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

struct ServerParts {
  std::unique_ptr<LogStore> log_store;
  std::unique_ptr<Transport> transport;
  StateMachine* state_machine = nullptr;  // must outlive the server
  // Null: no snapshots are taken or received, and the log is never compacted.
  std::unique_ptr<SnapshotStore> snapshot_store;
  EventSink* events = nullptr;   // may be null; must outlive the server
  const Clock* clock = nullptr;  // null: the system's
  // Called once, on one of the server's threads, when it had to stop itself (disk error, state
  // machine error, safety violation). Must not call stop().
  std::function<void(const Status&)> on_fatal;
  // Called once on the raft thread when it ends, however it ends, with the flight recorder's last
  // recording: to be written to a file. Empty: not asked for. Not called when nothing is recorded.
  RecordingSink recording;
};

class Server {
 public:
  // Recovers, starts the threads and the transport. The group must have been bootstrapped; one
  // bootstrapped without any member waits until a leader that was asked to add it fills it.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, ServerParts parts);
  // stop()s.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Ok: `done` will be called exactly once. Not ok (kBusy, kShutdown, kInvalidArgument): it is not
  // called and nothing was queued.
  Status propose(SharedBytes data, ProposeOptions options, ProposeCallback done);
  // A linearizable read barrier by ReadIndex; works on every replica.
  Status read(ReadCallback done);
  // The same by the leader's lease while it has one (Options::lease_ns), and by ReadIndex
  // otherwise: see docs/reads.md for what that supposes of clocks.
  Status read(ReadMode mode, ReadCallback done);
  // Asks nobody: ok once the state machine of this replica holds `at`, e.g. the caller's last write
  // (Proposed::id), or what another replica showed it. kTimedOut: not yet, after `timeout_ns` (0:
  // at once). kNotFound: never, another entry is there. kUnknownOutcome: that place is applied, but
  // which entry it was is compacted away. Not linearizable: see docs/reads.md.
  Status read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done);
  // Changes who takes part; only at the leader. Ok: `done` will be called exactly once, on the raft
  // thread, and must not block; change.token is chosen here. Tell set_peer() first where new nodes
  // listen: a replica to be added is reached by its node id. See docs/membership.md.
  Status change_membership(MembershipChange change, ChangeCallback done);
  // Where `node` listens, at every replica that shall reach it. A later call moves it.
  void set_peer(NodeId node, std::string address);
  // Asks for the leadership to move; the outcome shows in status().
  Status transfer_leadership(NodeId target);
  // The same, to the voter that knows most.
  Status transfer_leadership();
  // Takes a snapshot of what is applied now and compacts the log behind it. kBusy while one is
  // being taken, kFailedPrecondition when nothing was applied since the last, kUnsupported without
  // snapshots.
  void take_snapshot(SnapshotCallback done);
  // Those that are there, newest first.
  [[nodiscard]] std::vector<SnapshotMeta> snapshots() const;
  // A leader gives up its leadership without a successor in mind.
  Status step_down();

  // The newest inputs of the core, as the bytes of a file for `quorate raft replay`; holds no
  // payloads. Ok: `done` will be called exactly once; kUnsupported there when nothing is recorded.
  Status record_flight(RecordingCallback done);

  [[nodiscard]] ServerStatus status() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

  // Answers what waits (ok when it is committed, else kShutdown or kUnknownOutcome), stops threads
  // and transport; no callback runs after it returns. Waits for a sync that is under way.
  // Idempotent.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
