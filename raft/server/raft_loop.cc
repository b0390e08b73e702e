#include "raft/server/raft_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "raft/server/fail_point.h"
#include "raft/server/recorded_core.h"

namespace quorate::raft {
namespace {

std::uint64_t in_ticks(std::int64_t ns, std::int64_t tick_ns) {
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(ns / tick_ns), 1);
}

}  // namespace

RaftLoop::RaftLoop(const ServerOptions& options,
                   std::unique_ptr<Consensus> core,
                   Parts parts,
                   std::function<void()> failed)
    : options_(options),
      core_(std::make_unique<RecordedCore>(
          options.core, std::move(core), options.flight_recorder_bytes)),
      parts_(std::move(parts)),
      failed_(std::move(failed)),
      ticker_(parts_.clock.monotonic_ns() - parts_.tick_phase_ns,
              options.tick_ns,
              options.late_ticks_max),
      storage_(in_ticks(options.storage_slow_ns, options.tick_ns),
               in_ticks(options.storage_hung_ns, options.tick_ns)),
      proposals_(parts.metrics, parts.gate),
      now_ns_(parts.clock.monotonic_ns()),
      applied_(parts.apply.applied()),
      handed_(applied_),
      seat_("raft", parts_.shared, [this](std::chrono::nanoseconds timeout) {
        return have_turn(timeout);
      }) {
  publish();
}

RaftLoop::~RaftLoop() {
  stop();
}

void RaftLoop::start() {
  seat_.start();
}

void RaftLoop::stop() {
  stopping_.store(true);
  parts_.inbox.close();
  seat_.join();
}

std::optional<std::chrono::nanoseconds> RaftLoop::have_turn(std::chrono::nanoseconds timeout) {
  if (parts_.inbox.drain(items_, timeout) && turn() == Next::kGoOn) {
    if (rest_ == Rest::kResting) return std::chrono::nanoseconds(LoopSeat::kIdle);
    return std::chrono::nanoseconds(ticker_.until_next_ns(now_ns_, quiet_ticks()));
  }
  end();
  return std::nullopt;
}

RaftLoop::Next RaftLoop::turn() {
  now_ns_ = parts_.clock.monotonic_ns();
  parts_.metrics.turns.add();
  if (stopping_.load() || parts_.fatal.tripped()) return Next::kEnd;
  facts_ = {};
  if (parts_.rest != nullptr && !items_.empty()) note_input();
  if (rest_ == Rest::kResting && items_.empty()) return Next::kGoOn;
  wake_up();
  pass_quiet_ticks();
  // Read behind the drain: whatever was asked or received is older, as a lease needs it.
  core_->advance_clock(static_cast<ClockTime>(now_ns_));
  for (inbox::Item& item : items_)
    std::visit([this](auto& one) { take(one); }, item);
  items_.clear();
  note_applied();
  pass_ticks();
  while (core_->has_ready() && !parts_.fatal.tripped())
    carry_out(core_->take_ready());
  if (!recordings_.empty()) give_recordings();
  if (core_->commit_index() > handed_ || core_->is_applied_awaited()) {
    parts_.apply.wake_when_applied();
    if (parts_.apply.applied() != applied_)
      parts_.inbox.post_completion(inbox::Wake{});  // missed it
  }
  if (news_ || !parts_.inbox.has_waiting()) publish();
  if (parts_.rest != nullptr) rest_ = parts_.rest->end_turn(facts_, *core_);
  return parts_.fatal.tripped() ? Next::kEnd : Next::kGoOn;
}

// The time that has passed meanwhile is forgotten, as that of any process that stood still.
void RaftLoop::wake_up() {
  if (std::exchange(rest_, Rest::kAwake) == Rest::kAwake) return;
  ticker_ = Ticker(now_ns_ - parts_.tick_phase_ns, options_.tick_ns, options_.late_ticks_max);
}

void RaftLoop::note_input() {
  facts_.has_input = true;
  for (const inbox::Item& item : items_) {
    if (std::holds_alternative<inbox::Rest>(item) || std::holds_alternative<inbox::Rested>(item)) {
      continue;
    }
    const auto* received = std::get_if<inbox::Received>(&item);
    facts_.has_requests |=
        received == nullptr ||
        !std::all_of(received->messages.begin(), received->messages.end(), [](const auto& message) {
          return std::holds_alternative<Heartbeat>(message.body) ||
                 std::holds_alternative<HeartbeatResult>(message.body);
        });
  }
}

void RaftLoop::note_sent(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    const auto* heartbeat = std::get_if<Heartbeat>(&message.body);
    facts_.sent_heartbeats |= heartbeat != nullptr && heartbeat->round != kNoRequest;
  }
}

// The whole effect order. Messages first: each is safe to send as it is (the core withholds what is
// not yet durable), and followers then write while we write. What is applied and answered was
// committed before; it waits for nothing here.
void RaftLoop::carry_out(Ready ready) {
  parts_.metrics.messages_sent.add(ready.messages.size());
  if (parts_.rest != nullptr) note_sent(ready.messages);
  const bool is_sending = !ready.messages.empty() && reach(FailPoint::kSendBefore).is_ok();
  if (is_sending) parts_.transport.send(std::move(ready.messages));
  if (ready.persist) parts_.writer.submit(*std::move(ready.persist));

  ApplyTask task;
  note_leadership(task);
  for (const ProposalOutcome& outcome : ready.outcomes) {
    if (auto committed = proposals_.settle(outcome, now_ns_)) {
      task.proposals.push_back(*std::move(committed));
    }
  }
  for (const ReadGrant& grant : ready.reads) {
    if (auto granted = proposals_.settle(grant)) task.reads.push_back(*std::move(granted));
  }
  for (const ChangeOutcome& outcome : ready.changes)
    proposals_.settle(outcome);
  if (ready.restore) {
    handed_ = std::max(handed_, ready.restore->last.index);
    task.restore = std::move(ready.restore);
  }
  task.range = std::move(ready.apply);
  if (!task.range.empty()) handed_ = task.range.last;
  if (!task.empty()) parts_.apply.submit(std::move(task));

  for (const FetchRequest& fetch : ready.fetches)
    parts_.reader.fetch(fetch);
  carry_out_snapshots(ready);
  emit(ready.events);
}

void RaftLoop::note_applied() {
  const Index applied = parts_.apply.applied();
  if (applied == applied_) return;
  applied_ = applied;
  core_->applied(applied);
}

// Bounded by the heartbeat interval: if the process stood still meanwhile, that cannot be told from
// waiting on purpose.
std::uint32_t RaftLoop::quiet_ticks() const {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(core_->quiet_ticks(), options_.core.heartbeat_ticks - 1));
}

// What has become due while nothing waited for it is older than what is in the inbox.
void RaftLoop::pass_quiet_ticks() {
  due_ = ticker_.take(now_ns_, quiet_ticks());
  facts_.ticks = due_.all();
  for (std::uint32_t i = 0; i < due_.quiet; ++i)
    core_->tick();
}

void RaftLoop::pass_ticks() {
  if (due_.all() == 0) return;
  parts_.metrics.ticks_forgotten.add(due_.forgotten);
  news_ = true;
  const StorageHealth before = storage_.health();
  storage_.on_ticks(due_.all(), parts_.writer.sync_under_way());
  for (std::uint32_t i = 0; i < due_.ticks; ++i)
    core_->tick();
  if (storage_.health() != before) core_->storage_health(storage_.health());
}

void RaftLoop::take(inbox::Propose& item) {
  Proposal proposal;
  proposal.token = proposals_.begin(std::move(item.done), now_ns_);
  proposal.data = std::move(item.data);
  proposal.expected_term = item.expected_term;
  core_->propose(std::move(proposal));
}

void RaftLoop::take(inbox::Read& item) {
  core_->read(proposals_.begin_read(std::move(item.done)), item.mode);
}

// In whole ticks, and one more: the first may come at once.
void RaftLoop::take(inbox::ReadAtLeast& item) {
  const ReadToken token = proposals_.begin_read(std::move(item.done));
  const std::int64_t ticks =
      item.timeout_ns <= 0 ? 0 : (item.timeout_ns - 1) / options_.tick_ns + 2;
  core_->read_at_least(token, item.at, static_cast<std::uint64_t>(ticks));
}

void RaftLoop::take(inbox::ChangeMembership& item) {
  item.change.token = proposals_.begin_change(std::move(item.done));
  core_->change_membership(item.change);
}

void RaftLoop::take(inbox::Received& item) {
  parts_.metrics.messages_received.add(item.messages.size());
  for (Message& message : item.messages)
    core_->step(std::move(message));
}

void RaftLoop::take(const inbox::PeerLost& item) {
  // The transport knows nodes; every replica that lives there is lost. A leader may not be a member
  // here yet.
  const CoreStatus status = core_->status();
  std::vector<ReplicaId> known = status.membership.all();
  if (status.leader && !status.membership.contains(*status.leader)) known.push_back(*status.leader);
  for (const ReplicaId& replica : known) {
    if (replica.node == item.peer) core_->peer_lost(replica, item.loss);
  }
}

void RaftLoop::take(const inbox::Transfer& item) {
  if (item.target) {
    core_->transfer(*item.target);
  } else {
    core_->transfer_to_best();
  }
}

void RaftLoop::take(const inbox::StepDown&) {
  core_->step_down();
}

void RaftLoop::take(const inbox::Rest& item) {
  facts_.orders.push_back(item);
}

void RaftLoop::take(const inbox::Rested& item) {
  facts_.answers.push_back(item);
}

void RaftLoop::take(const inbox::Persisted& item) {
  core_->persisted(item.seq);
}

void RaftLoop::take(inbox::Fetched& item) {
  core_->entries_fetched(item.peer, item.first, std::move(item.entries));
}

void RaftLoop::take(inbox::Recording& item) {
  recordings_.push_back(std::move(item.done));  // at the turn's end, when nothing is on its way
}

void RaftLoop::take(const inbox::Wake&) {}

void RaftLoop::give_recordings() {
  const std::optional<std::string> recording = core_->recording();
  for (const RecordingCallback& done : recordings_) {
    done(recording ? Result<std::string>(*recording)
                   : Result<std::string>(Code::kUnsupported, "nothing is recorded"));
  }
  recordings_.clear();
}

void RaftLoop::note_leadership(ApplyTask& task) {
  const bool leads = core_->role() == Role::kLeader;
  const std::optional<Term> leading = leads ? std::optional(core_->term()) : std::nullopt;
  if (leading == leading_) return;
  task.lost = leading_;
  task.leading = leading;
  leading_ = leading;
}

void RaftLoop::emit(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (event.kind == EventKind::kLeaderKnown) parts_.metrics.leader_changes.add();
    if (event.kind == EventKind::kSnapshotInstalled) parts_.metrics.snapshots_installed.add();
    if (event.kind == EventKind::kSnapshotTransfer && event.detail == "sent") {
      parts_.metrics.snapshots_sent.add();
    }
    if (event.kind == EventKind::kRoleChanged || event.kind == EventKind::kTermChanged ||
        event.kind == EventKind::kMembershipChanged)
      news_ = true;
    if (event.kind == EventKind::kSafetyViolation) {
      parts_.fatal.trip({Code::kInternal, "safety violation: " + event.detail});
    }
    if (parts_.events != nullptr) parts_.events->on_event(options_.core, event);
  }
}

void RaftLoop::publish() {
  parts_.status.publish({.core = core_->status(), .storage = storage_.health()});
  news_ = false;
}

void RaftLoop::end() {
  parts_.inbox.close();
  do {
    refuse(items_);
  } while (parts_.inbox.drain(items_, std::chrono::nanoseconds::zero()));
  proposals_.answer_all();
  give_recordings();
  if (parts_.recording) {
    if (auto recording = core_->recording()) parts_.recording(*std::move(recording));
  }
  publish();
  if (parts_.rest != nullptr) parts_.rest->end_group();
  if (parts_.fatal.tripped()) failed_();
}

// The core never saw these: they certainly did not happen.
void RaftLoop::refuse(std::vector<inbox::Item>& items) {
  const Status shutdown(Code::kShutdown, "the server is stopped");
  const auto refuse_read = [&](const ReadCallback& done) {
    parts_.metrics.reads_refused.add();
    parts_.gate.leave();
    done(shutdown);
  };
  for (inbox::Item& item : items) {
    if (auto* propose = std::get_if<inbox::Propose>(&item)) {
      parts_.metrics.proposals_rejected.add();
      parts_.gate.leave();
      propose->done({.status = shutdown, .id = {}, .result = {}});
    } else if (auto* change = std::get_if<inbox::ChangeMembership>(&item)) {
      parts_.gate.leave();
      change->done({.status = shutdown, .refusal = ChangeRefusal::kStopped});
    } else if (auto* read = std::get_if<inbox::Read>(&item)) {
      refuse_read(read->done);
    } else if (auto* at_least = std::get_if<inbox::ReadAtLeast>(&item)) {
      refuse_read(at_least->done);
    } else if (auto* recording = std::get_if<inbox::Recording>(&item)) {
      recordings_.push_back(std::move(recording->done));
    }
  }
  items.clear();
}

}  // namespace quorate::raft
