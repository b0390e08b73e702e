// HostedGroup: one group's runtime on the threads of a host, and what keeps it apart from the
// others: its own metrics, inbox and failure.
//
//   start() --> end_raft() --> await_writes() --> end()
//
// Owner: Host; embedders hold it too. Thread: as HostGroup; the steps by the host.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/host/byte_budget.h"
#include "raft/host/group_rest.h"
#include "raft/host/host.h"
#include "raft/host/node_watch.h"
#include "raft/host/outbox.h"
#include "raft/server/group_runtime.h"

namespace quorate::raft {

class HostedGroup final : public HostGroup, private BatchSink, private RestGate {
 public:
  // What it shares with the others; outlives the last step.
  struct Shared {
    LogStore& store;
    Outbox& outbox;
    NodeWatch& watch;
    const BatchSink& writer;
    const Clock& clock;
    EventSink* events;
    ByteBudget& budget;
    SharedCounter& over_budget;
    GroupThreads threads;
    Throttle& snapshot_throttle;  // the snapshot thread's
    GroupRest::Limits rest;
    std::int64_t tick_phase_ns;
  };
  HostedGroup(const ServerOptions& options,
              HostGroupParts parts,
              const Shared& shared,
              GroupRuntime::Recovery recovery);

  // --- the host's ---
  void start() { runtime_.start(); }
  void end_raft() { runtime_.end_raft(); }
  // Until nothing of this group is being written, or nothing ever will be.
  void await_writes();
  void end() { runtime_.end(); }
  // `batches` of this group are durable, the last of them `seq`.
  void on_written(std::uint64_t batches, std::uint64_t seq);
  // The log store failed.
  void on_store_failed(const Status& reason);
  void on_messages(std::vector<Message> messages) { runtime_.on_messages(std::move(messages)); }
  void on_peer_lost(NodeId peer, PeerLoss loss) { runtime_.on_peer_lost(peer, loss); }
  // By the raft thread: the rest ends, if there is one.
  void wake_up(const WakeUp& wake);
  void on_order(inbox::Rest order) { inbox_.post_completion(std::move(order)); }
  void on_answer(inbox::Rested answer) { inbox_.post_completion(std::move(answer)); }
  // By any thread; it may have changed already.
  [[nodiscard]] bool is_resting() const { return is_resting_.load(std::memory_order_relaxed); }

  // --- HostGroup ---
  Status propose(SharedBytes data, ProposeOptions options, ProposeCallback done) override;
  Status read(ReadMode mode, ReadCallback done) override;
  Status read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done) override;
  Status change_membership(MembershipChange change, ChangeCallback done) override;
  Status transfer_leadership(NodeId target) override;
  Status transfer_leadership() override;
  Status step_down() override;
  void take_snapshot(SnapshotCallback done) override;
  [[nodiscard]] std::vector<SnapshotMeta> snapshots() const override;
  [[nodiscard]] ServerStatus status() const override { return runtime_.status(); }
  [[nodiscard]] MetricsSnapshot metrics() const override { return runtime_.metrics(); }

 private:
  void submit(PersistBatch batch) override;
  Rest end_turn(const TurnFacts& facts, const RecordedCore& core) override;
  void end_group() override;
  [[nodiscard]] std::uint64_t sync_under_way() const override {
    return shared_.writer.sync_under_way();
  }

  const HostGroupParts parts_;
  const Shared shared_;
  Metrics metrics_;
  Fatal fatal_;
  Inbox inbox_;
  GroupRest rest_;  // the raft thread's
  std::atomic<bool> is_resting_{false};
  GroupRuntime runtime_;

  Mutex mutex_;
  CondVar written_;
  std::uint64_t writing_ QUORATE_GUARDED_BY(mutex_) = 0;  // batches that are not durable yet
  bool has_store_failed_ QUORATE_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::raft
