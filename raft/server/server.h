// Server: a replica with batteries: a Consensus, its three threads, a log store and a transport.
//
//   transport threads --> inbox --> raft thread --> log-writer thread --> (persisted) --> inbox
//        proposals    --^              |  \-------> apply thread --> callbacks
//                                      \---> transport.send
//
// Each proposal and read ends in exactly one callback (P64), also at stop(). Callbacks run on the
// apply thread or, for refusals, on the raft thread: they must be short and must not block.
//
// Never names RocksDB or gRPC: parts are handed in.
// Owner: the embedder. Thread: every public function may be called from any thread.
// Source: docs/ARCHITECTURE.md, "One replicated entry".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "raft/base/clock.h"
#include "raft/base/status.h"
#include "raft/core/consensus.h"
#include "raft/server/state_machine.h"
#include "raft/storage/log_store.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

struct ServerOptions {
  Options core;
  std::int64_t tick_ns = 10'000'000;  // how long a core tick is
  std::uint64_t seed = 0;             // for election jitter; 0 draws one from the system

  std::size_t inbox_items_max = 65536;  // then propose() answers kBusy and messages are dropped
  std::size_t apply_queue_bytes_max = 64U << 20U;  // then the core is not asked for more
  // A sync that takes longer makes the disk "slow"; one that has not returned after the second
  // bound makes it "hung": a leader then steps down (P105).
  std::int64_t storage_slow_ns = 500'000'000;
  std::int64_t storage_hung_ns = 2'000'000'000;
};

// Where events go. Called on the raft thread: must be quick.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Options& replica, const Event& event) = 0;
};

struct ServerParts {
  std::unique_ptr<LogStore> log_store;
  std::unique_ptr<Transport> transport;
  StateMachine* state_machine = nullptr;  // must outlive the server
  EventSink* events = nullptr;            // may be null; must outlive the server
  const Clock* clock = nullptr;           // null: the system's
  // Called once, on any thread, when the server had to stop itself (disk error, safety violation).
  std::function<void(const Status&)> on_fatal;
};

struct ProposeOptions {
  std::optional<Term> expected_term;  // reject unless this replica leads exactly this term
};

struct Proposed {
  Status status;       // ok: committed and applied; see ProposalOutcome for the rest
  LogId id;            // valid when ok
  SharedBytes result;  // what the state machine set, when ok
};
using ProposeCallback = std::function<void(Proposed)>;

// Ok: this replica has applied everything that was committed anywhere when read() was called.
using ReadCallback = std::function<void(Status)>;

// A cheap copy of what the raft thread published last.
struct ServerStatus {
  CoreStatus core;
  Index applied;
  std::uint64_t leader_changes = 0;
  std::uint64_t proposals_committed = 0;
  std::uint64_t proposals_rejected = 0;
  std::uint64_t proposals_unknown = 0;
  std::uint64_t syncs = 0;
  std::int64_t sync_p50_ns = 0;
  std::int64_t sync_p99_ns = 0;
  StorageHealth storage = StorageHealth::kHealthy;
  std::optional<Status> fatal;  // set once the server has stopped itself
};

class Server {
 public:
  // Recovers, starts the threads and the transport. The group must have been bootstrapped.
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
  // Asks for the leadership to move; the outcome shows in status().
  Status transfer_leadership(NodeId target);
  // A leader gives up its leadership without a successor in mind.
  Status step_down();

  [[nodiscard]] ServerStatus status() const;

  // Answers what waits (kShutdown or kUnknownOutcome), stops threads and transport. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
