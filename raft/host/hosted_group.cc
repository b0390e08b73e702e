#include "raft/host/hosted_group.h"

#include <utility>

#include "raft/server/recorded_core.h"

namespace quorate::raft {

HostedGroup::HostedGroup(const ServerOptions& options,
                         HostGroupParts parts,
                         const Shared& shared,
                         GroupRuntime::Recovery recovery)
    : parts_(std::move(parts)),
      shared_(shared),
      inbox_(options, [this] { runtime_.wake(); }),
      rest_(options.core.group, shared.rest),
      runtime_(options,
               {.store = shared.store,
                .machine = *parts_.state_machine,
                .snapshots = parts_.snapshot_store.get(),
                .writer = *this,
                .messages = shared.outbox,
                .clock = shared.clock,
                .events = shared.events,
                .metrics = metrics_,
                .fatal = fatal_,
                .inbox = inbox_,
                .threads = shared.threads,
                .snapshot_throttle = &shared.snapshot_throttle,
                .rest = this,
                .tick_phase_ns = shared.tick_phase_ns,
                .on_failed =
                    [this] {
                      if (parts_.on_fatal) parts_.on_fatal(fatal_.reason().value());
                    },
                .recording = {}},
               std::move(recovery)) {}

void HostedGroup::submit(PersistBatch batch) {
  {
    const MutexLock lock(mutex_);
    ++writing_;
  }
  shared_.outbox.write(std::move(batch));
}

Rest HostedGroup::end_turn(const TurnFacts& facts, const RecordedCore& core) {
  const std::function<RestView()> look = [&core] {
    const CoreStatus status = core.status();
    RestView view{core.can_rest(), status.leader, status.last, {}};
    for (const PeerStatus& peer : status.peers)
      view.peers.push_back(peer.replica);
    return view;
  };
  const Rest rest =
      rest_.end_turn({.facts = facts, .role = core.role(), .term = core.term(), .look = look},
                     shared_.watch,
                     shared_.outbox);
  shared_.outbox.end_turn(facts.has_input ? Outbox::Urgency::kNow : Outbox::Urgency::kAtBeat);
  is_resting_.store(rest == Rest::kResting, std::memory_order_relaxed);
  return rest;
}

void HostedGroup::end_group() {
  rest_.end(shared_.watch);
  shared_.outbox.end_turn(Outbox::Urgency::kNow);
  is_resting_.store(false, std::memory_order_relaxed);
}

// A leader whose node fell silent, or began a new life, is not waited for.
void HostedGroup::wake_up(const WakeUp& wake) {
  if (wake.reason == WakeUp::Reason::kLeaderLost) {
    runtime_.on_peer_lost(wake.node.node, PeerLoss::kProcessGone);
  }
  inbox_.post_completion(inbox::Wake{});
}

void HostedGroup::await_writes() {
  const MutexLock lock(mutex_);
  while (writing_ > 0 && !has_store_failed_)
    written_.wait(mutex_);
}

void HostedGroup::on_written(std::uint64_t batches, std::uint64_t seq) {
  inbox_.post_completion(inbox::Persisted{.seq = seq});
  const MutexLock lock(mutex_);
  writing_ -= batches;
  if (writing_ == 0) written_.notify_all();
}

void HostedGroup::on_store_failed(const Status& reason) {
  fatal_.trip(reason);
  inbox_.post_completion(inbox::Wake{});
  const MutexLock lock(mutex_);
  has_store_failed_ = true;
  written_.notify_all();
}

Status HostedGroup::propose(SharedBytes data, ProposeOptions options, ProposeCallback done) {
  const std::size_t bytes = data.size() + Entry::kOverheadBytes;
  if (shared_.budget.enter(bytes) == ByteBudget::Entry::kFull) {
    shared_.over_budget.add();
    metrics_.requests_busy.add();
    return {Code::kBusy, "the proposals of this node hold too many bytes"};
  }
  ProposeCallback leave_and_tell =
      [&budget = shared_.budget, bytes, done = std::move(done)](Proposed outcome) {
        budget.leave(bytes);
        done(std::move(outcome));
      };
  Status posted = runtime_.propose(std::move(data), options, std::move(leave_and_tell));
  if (!posted.is_ok()) shared_.budget.leave(bytes);
  return posted;
}

Status HostedGroup::read(ReadMode mode, ReadCallback done) {
  return runtime_.read(mode, std::move(done));
}

Status HostedGroup::read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done) {
  return runtime_.read_at_least(at, timeout_ns, std::move(done));
}

Status HostedGroup::change_membership(MembershipChange change, ChangeCallback done) {
  return runtime_.change_membership(std::move(change), std::move(done));
}

Status HostedGroup::transfer_leadership(NodeId target) {
  return runtime_.post(inbox::Transfer{.target = target});
}

Status HostedGroup::transfer_leadership() {
  return runtime_.post(inbox::Transfer{.target = std::nullopt});
}

Status HostedGroup::step_down() {
  return runtime_.post(inbox::StepDown{});
}

void HostedGroup::take_snapshot(SnapshotCallback done) {
  runtime_.take_snapshot(std::move(done));
}

std::vector<SnapshotMeta> HostedGroup::snapshots() const {
  return runtime_.snapshots();
}

}  // namespace quorate::raft
