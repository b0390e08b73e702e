#include "raft/server/group_runtime.h"

#include <algorithm>
#include <random>
#include <utility>

#include "raft/base/random.h"
#include "raft/server/restore.h"

namespace quorate::raft {
namespace {

// Brings the state machine to where the log can go on.
Result<ApplyLoop::Start> start_machine(SnapshotStore* snapshots,
                                       StateMachine& machine,
                                       const Recovered& recovered) {
  Index applied = machine.open();
  const Index base = recovered.snapshot.last.index;
  Index newest = base;
  if (snapshots != nullptr) {
    const auto restored = restore_at_start(*snapshots, machine, recovered, applied);
    if (!restored.is_ok()) return restored.status();
    applied = *restored;
    const auto there = snapshots->list();
    if (!there.empty()) newest = std::max(newest, there.front().last.index);
  } else if (applied < base) {
    return Status(Code::kFailedPrecondition,
                  "the state machine holds entries up to " + std::to_string(applied.value) +
                      " but the log before " + std::to_string(base.value) +
                      " is compacted and there is no snapshot store");
  }
  return ApplyLoop::Start{applied, membership_at(recovered, applied), newest};
}

}  // namespace

Result<GroupRuntime::Recovery> GroupRuntime::recover(const ServerOptions& options,
                                                     LogStore& store,
                                                     SnapshotStore* snapshots,
                                                     StateMachine& machine) {
  auto recovered = store.recover(options.core.group);
  if (!recovered.is_ok()) return recovered.status().with_context("recovering the log");
  auto started = start_machine(snapshots, machine, *recovered);
  if (!started.is_ok()) return started.status();
  recovered->applied = started->applied;
  const std::uint64_t seed = options.seed != 0 ? options.seed : std::random_device()();
  auto core = Consensus::create(options.core, *recovered, Random(seed));
  QUORATE_TRY(core.status());
  return Recovery{.core = std::move(core).value(), .start = *std::move(started)};
}

GroupRuntime::GroupRuntime(const ServerOptions& options, const GroupParts& parts, Recovery recovery)
    : options_(options),
      parts_(parts),
      gate_(options.requests_pending_max),
      reader_({.store = parts_.store,
               .inbox = parts_.inbox,
               .fatal = parts_.fatal,
               .metrics = parts_.metrics},
              options.core.group,
              parts_.threads.reader),
      snapshotter_(make_snapshotter()),
      apply_({.machine = parts_.machine,
              .store = parts_.store,
              .inbox = parts_.inbox,
              .fatal = parts_.fatal,
              .metrics = parts_.metrics,
              .clock = parts_.clock,
              .gate = gate_,
              .snapshotter = snapshotter_.get(),
              .shared = parts_.threads.apply},
             options,
             std::move(recovery.start)),
      loop_(options,
            std::move(recovery.core),
            {.inbox = parts_.inbox,
             .writer = parts_.writer,
             .apply = apply_,
             .reader = reader_,
             .snapshotter = snapshotter_.get(),
             .transport = parts_.messages,
             .clock = parts_.clock,
             .events = parts_.events,
             .fatal = parts_.fatal,
             .metrics = parts_.metrics,
             .gate = gate_,
             .status = published_,
             .recording = parts_.recording,
             .shared = parts_.threads.raft,
             .rest = parts_.rest,
             .tick_phase_ns = parts_.tick_phase_ns},
            parts_.on_failed) {}

std::unique_ptr<Snapshotter> GroupRuntime::make_snapshotter() {
  if (parts_.snapshots == nullptr) return nullptr;
  return std::make_unique<Snapshotter>(
      Snapshotter::Parts{.store = *parts_.snapshots,
                         .clock = parts_.clock,
                         .inbox = parts_.inbox,
                         .metrics = parts_.metrics,
                         .shared = parts_.threads.snapshotter,
                         .shared_throttle = parts_.snapshot_throttle},
      options_);
}

void GroupRuntime::start() {
  reader_.start();
  if (snapshotter_) snapshotter_->start();
  apply_.start();
  loop_.start();
}

void GroupRuntime::end() {
  reader_.stop();
  apply_.stop();
  if (snapshotter_) snapshotter_->stop();
}

std::vector<SnapshotMeta> GroupRuntime::snapshots() const {
  if (parts_.snapshots == nullptr) return {};
  return parts_.snapshots->list();
}

Status GroupRuntime::propose(SharedBytes data, ProposeOptions options, ProposeCallback done) {
  if (data.size() > options_.core.entry_bytes_max) {
    return {Code::kInvalidArgument,
            "a proposal of " + std::to_string(data.size()) + " bytes exceeds entry_bytes_max (" +
                std::to_string(options_.core.entry_bytes_max) + ")"};
  }
  return post_counted(inbox::Propose{
      .data = std::move(data), .expected_term = options.expected_term, .done = std::move(done)});
}

Status GroupRuntime::read(ReadMode mode, ReadCallback done) {
  return post_counted(inbox::Read{.mode = mode, .done = std::move(done)});
}

Status GroupRuntime::read_at_least(const ReadPoint& at,
                                   std::int64_t timeout_ns,
                                   ReadCallback done) {
  return post_counted(
      inbox::ReadAtLeast{.at = at, .timeout_ns = timeout_ns, .done = std::move(done)});
}

Status GroupRuntime::change_membership(MembershipChange change, ChangeCallback done) {
  return post_counted(
      inbox::ChangeMembership{.change = std::move(change), .done = std::move(done)});
}

Status GroupRuntime::post_counted(inbox::Item item) {
  if (gate_.enter() == RequestGate::Entry::kFull) {
    parts_.metrics.requests_busy.add();
    return {Code::kBusy, "too many requests wait for an answer"};
  }
  const Status posted = parts_.inbox.post_request(std::move(item));
  if (posted.is_ok()) return posted;
  gate_.leave();
  if (posted.code() == Code::kBusy) parts_.metrics.requests_busy.add();
  return posted;
}

void GroupRuntime::on_messages(std::vector<Message> messages) {
  const std::size_t count = messages.size();
  if (parts_.inbox.post_messages(std::move(messages)) == Inbox::Posted::kDropped) {
    parts_.metrics.messages_dropped.add(count);
  }
}

void GroupRuntime::on_peer_lost(NodeId peer, PeerLoss loss) {
  if (parts_.inbox.post_peer_lost(peer, loss) == Inbox::Posted::kDropped) {
    parts_.metrics.messages_dropped.add();
  }
}

ServerStatus GroupRuntime::status() const {
  PublishedStatus::View view = published_.read();
  ServerStatus status;
  status.core = std::move(view.core);
  status.storage = view.storage;
  status.applied = apply_.applied();
  status.leader_changes = parts_.metrics.leader_changes.value();
  status.proposals_committed = parts_.metrics.proposals_committed.value();
  status.proposals_rejected = parts_.metrics.proposals_rejected.value();
  status.proposals_unknown = parts_.metrics.proposals_unknown.value();
  status.fatal = parts_.fatal.reason();
  return status;
}

MetricsSnapshot GroupRuntime::metrics() const {
  MetricsSnapshot snapshot = parts_.metrics.snapshot();
  snapshot.requests_pending = gate_.pending();
  if (const std::int64_t taken_ns = parts_.metrics.snapshot_taken_ns.load(); taken_ns != 0) {
    snapshot.snapshot_age_ns = parts_.clock.monotonic_ns() - taken_ns;
  }
  return snapshot;
}

}  // namespace quorate::raft
