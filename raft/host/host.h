// Host: many groups in one process, over one log store, one transport and a number of threads that
// does not depend on the number of groups.
//
//   transport threads --> inbox of each group --> raft thread: the turns of all groups in rounds
//        proposals    --^                            |  one synced write per round, of all groups
//                                                    |  one hand-over to the transport per round
//                                                    '-> apply threads --> callbacks
//
// A group is what a Server has of one: it fails alone when its state machine does. When the log
// store fails, all of them do.
//
// Bounds: groups_max (kBusy), proposal_bytes_max over all groups (kBusy), what is sent of snapshots
// per second (they wait), and each group's own.
// Owner: the embedder. Thread: every public function may be called from any thread, but stop(),
// remove_group() and the destructor not from a callback.
// Source: docs/adr/0010-many-groups.md.
#pragma once

#include <cstddef>
#include <cstdint>
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

struct HostOptions {
  ClusterId cluster;
  ReplicaId self;                   // of every group here
  std::uint32_t apply_threads = 2;  // a group's state machine is always called from the same one
  std::size_t groups_max = 100'000;
  // How often a node says to its peers that it lives, and what its groups have to say by the clock:
  // one beat per node. No group's heartbeat interval may be shorter.
  std::int64_t beat_interval_ns = 100'000'000;
  std::uint32_t beats_silent_max = 10;   // then a node is lost, and groups that rested wake up
  std::size_t beats_waiting_max = 4096;  // received; more are dropped and counted
  // A group without a request for so long rests: no ticks, no heartbeats; 0: none ever does.
  std::int64_t rest_after_ns = 1'000'000'000;
  // Proposals of all groups that have no answer yet; one always fits.
  std::size_t proposal_bytes_max = 256U << 20U;
  // Of the snapshots of all groups, to all peers; each group's own bound is beside it. 0: no bound.
  std::uint64_t snapshot_send_bytes_per_second = 64U << 20U;
};

// Ok, or kInvalidArgument naming the option and the rule it breaks.
Status validate(const HostOptions& options);

struct HostParts {
  std::unique_ptr<LogStore> log_store;
  std::unique_ptr<Transport> transport;
  EventSink* events = nullptr;   // of all groups; may be null; must outlive the host
  const Clock* clock = nullptr;  // null: the system's
  // Called once, on the log-writer thread, when the log store failed. Must not call stop().
  std::function<void(const Status&)> on_fatal;
};

struct HostGroupParts {
  StateMachine* state_machine = nullptr;  // must outlive the group
  // Null: no snapshots are taken or received, and the log is never compacted.
  std::unique_ptr<SnapshotStore> snapshot_store;
  // Called once, on the raft thread, when the group had to stop itself. Must not block.
  std::function<void(const Status&)> on_fatal;
};

// One group of a host; what its functions mean is said in server.h. Once the group is removed
// everything answers kShutdown. Lives as long as anyone holds it; not to be used after the host.
class HostGroup {
 public:
  virtual ~HostGroup() = default;

  virtual Status propose(SharedBytes data, ProposeOptions options, ProposeCallback done) = 0;
  virtual Status read(ReadMode mode, ReadCallback done) = 0;
  virtual Status read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done) = 0;
  virtual Status change_membership(MembershipChange change, ChangeCallback done) = 0;
  virtual Status transfer_leadership(NodeId target) = 0;
  virtual Status transfer_leadership() = 0;
  virtual Status step_down() = 0;
  virtual void take_snapshot(SnapshotCallback done) = 0;
  [[nodiscard]] virtual std::vector<SnapshotMeta> snapshots() const = 0;
  [[nodiscard]] virtual ServerStatus status() const = 0;
  // Without what the groups of a host share: see HostMetrics.
  [[nodiscard]] virtual MetricsSnapshot metrics() const = 0;
};

// The work of a host, counted.
struct HostMetrics {
  std::size_t groups = 0;
  std::size_t groups_resting = 0;
  std::uint64_t beats_sent = 0;
  std::uint64_t beats_received = 0;
  std::uint64_t beats_ignored = 0;  // late, repeated, for another incarnation, or too many
  std::uint64_t turns = 0;          // of groups, on the raft thread
  std::uint64_t rounds = 0;         // of turns; each ends with at most one write and one sending
  std::uint64_t syncs = 0;
  std::uint64_t batches_persisted = 0;  // by them
  std::uint64_t log_bytes_written = 0;
  std::uint64_t messages_of_no_group = 0;  // received, for groups that are not here
  std::uint64_t proposal_bytes = 0;        // without an answer
  std::uint64_t proposals_over_budget = 0;
  LatencySnapshot sync;
};

class Host {
 public:
  // Starts the threads and the transport, without any group.
  static Result<std::unique_ptr<Host>> start(const HostOptions& options, HostParts parts);
  // stop()s.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Makes a group's first durable state; kAlreadyExists when it is there.
  Status bootstrap(const Bootstrap& bootstrap);
  // Recovers the group options.core.group and starts it. kAlreadyExists when it runs here, kBusy
  // with groups_max of them, kInvalidArgument for another cluster or replica than the host's.
  Status add_group(const ServerOptions& options, HostGroupParts parts);
  // Answers what waits there as Server::stop() does; no callback of it runs afterwards. What is
  // durable stays. Waits for a sync that is under way. kNotFound when it does not run here.
  Status remove_group(GroupId group);
  // Null: it does not run here.
  [[nodiscard]] std::shared_ptr<HostGroup> group(GroupId group) const;
  [[nodiscard]] std::vector<GroupId> groups() const;

  // Where `node` listens, for all groups. A later call moves it.
  void set_peer(NodeId node, std::string address);
  [[nodiscard]] HostMetrics metrics() const;

  // Removes every group, then stops threads and transport. Idempotent.
  void stop();

 private:
  class Impl;
  explicit Host(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
