#include "raft/server/server.h"

#include <algorithm>
#include <mutex>
#include <random>
#include <string>
#include <utility>

#include "raft/base/random.h"
#include "raft/server/apply_loop.h"
#include "raft/server/entry_reader.h"
#include "raft/server/inbox.h"
#include "raft/server/log_writer.h"
#include "raft/server/proposals.h"
#include "raft/server/raft_loop.h"
#include "raft/server/restore.h"
#include "raft/server/snapshotter.h"

namespace quorate::raft {

// Holds the parts and loops; members are built top-down and end bottom-up.
class Server::Impl final : public TransportReceiver {
 public:
  Impl(ServerOptions options,
       ServerParts parts,
       std::unique_ptr<Consensus> core,
       ApplyLoop::Start start);

  Status start();
  void stop();

  Status propose(SharedBytes data, ProposeOptions options, ProposeCallback done);
  Status read(ReadMode mode, ReadCallback done);
  Status change_membership(MembershipChange change, ChangeCallback done);
  void set_peer(NodeId node, std::string address);
  Status post(inbox::Item item) { return inbox_.post_request(std::move(item)); }
  void take_snapshot(SnapshotCallback done) { apply_.request_snapshot(std::move(done)); }
  [[nodiscard]] std::vector<SnapshotMeta> snapshots() const {
    if (parts_.snapshot_store == nullptr) return {};
    return parts_.snapshot_store->list();
  }
  [[nodiscard]] ServerStatus status() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

  void on_messages(std::vector<Message> messages) override;
  void on_peer_lost(NodeId peer, PeerLoss loss) override;

 private:
  std::unique_ptr<Snapshotter> make_snapshotter();
  // Counts the request in; out again when it could not be queued.
  Status post_counted(inbox::Item item);
  void stop_transport();
  void on_failed();

  const ServerOptions options_;
  ServerParts parts_;
  const Clock& clock_;
  Metrics metrics_;
  Fatal fatal_;
  RequestGate gate_;
  PublishedStatus published_;
  Inbox inbox_;
  LogWriter writer_;
  EntryReader reader_;
  std::unique_ptr<Snapshotter> snapshotter_;
  ApplyLoop apply_;
  RaftLoop loop_;
  std::once_flag transport_stopped_;
  std::once_flag stopped_;
};

Server::Impl::Impl(ServerOptions options,
                   ServerParts parts,
                   std::unique_ptr<Consensus> core,
                   ApplyLoop::Start start)
    : options_(options),
      parts_(std::move(parts)),
      clock_(parts_.clock != nullptr ? *parts_.clock : system_clock()),
      gate_(options.requests_pending_max),
      inbox_(options),
      writer_({.store = *parts_.log_store,
               .clock = clock_,
               .inbox = inbox_,
               .fatal = fatal_,
               .metrics = metrics_},
              options),
      reader_({.store = *parts_.log_store, .inbox = inbox_, .fatal = fatal_, .metrics = metrics_},
              options.core.group),
      snapshotter_(make_snapshotter()),
      apply_({.machine = *parts_.state_machine,
              .store = *parts_.log_store,
              .inbox = inbox_,
              .fatal = fatal_,
              .metrics = metrics_,
              .clock = clock_,
              .gate = gate_,
              .snapshotter = snapshotter_.get()},
             options,
             std::move(start)),
      loop_(options,
            std::move(core),
            {.inbox = inbox_,
             .writer = writer_,
             .apply = apply_,
             .reader = reader_,
             .snapshotter = snapshotter_.get(),
             .transport = *parts_.transport,
             .clock = clock_,
             .events = parts_.events,
             .fatal = fatal_,
             .metrics = metrics_,
             .gate = gate_,
             .status = published_,
             .recording = parts_.recording},
            [this] { on_failed(); }) {}

std::unique_ptr<Snapshotter> Server::Impl::make_snapshotter() {
  if (parts_.snapshot_store == nullptr) return nullptr;
  return std::make_unique<Snapshotter>(
      Snapshotter::Parts{
          .store = *parts_.snapshot_store, .clock = clock_, .inbox = inbox_, .metrics = metrics_},
      options_);
}

Status Server::Impl::start() {
  writer_.start();
  reader_.start();
  if (snapshotter_) snapshotter_->start();
  apply_.start();
  loop_.start();
  const Status listening = parts_.transport->start(*this);
  if (!listening.is_ok()) stop();
  return listening;
}

// The raft thread ends first: nothing is sent, written or applied anew afterwards, and what is
// committed can still be applied and answered.
void Server::Impl::stop() {
  std::call_once(stopped_, [this] {
    loop_.stop();
    stop_transport();
    writer_.stop();
    reader_.stop();
    apply_.stop();
    if (snapshotter_) snapshotter_->stop();
  });
}

void Server::Impl::stop_transport() {
  std::call_once(transport_stopped_, [this] { parts_.transport->stop(); });
}

// Peers see the connections break and need not wait for an election timeout.
void Server::Impl::on_failed() {
  stop_transport();
  if (parts_.on_fatal) parts_.on_fatal(fatal_.reason().value());
}

Status Server::Impl::propose(SharedBytes data, ProposeOptions options, ProposeCallback done) {
  if (data.size() > options_.core.entry_bytes_max) {
    return {Code::kInvalidArgument,
            "a proposal of " + std::to_string(data.size()) + " bytes exceeds entry_bytes_max (" +
                std::to_string(options_.core.entry_bytes_max) + ")"};
  }
  return post_counted(inbox::Propose{
      .data = std::move(data), .expected_term = options.expected_term, .done = std::move(done)});
}

Status Server::Impl::read(ReadMode mode, ReadCallback done) {
  return post_counted(inbox::Read{.mode = mode, .done = std::move(done)});
}

Status Server::Impl::change_membership(MembershipChange change, ChangeCallback done) {
  return post_counted(
      inbox::ChangeMembership{.change = std::move(change), .done = std::move(done)});
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the transport, which is ours
void Server::Impl::set_peer(NodeId node, std::string address) {
  parts_.transport->set_peer(node, std::move(address));
}

Status Server::Impl::post_counted(inbox::Item item) {
  if (gate_.enter() == RequestGate::Entry::kFull) {
    metrics_.requests_busy.add();
    return {Code::kBusy, "too many requests wait for an answer"};
  }
  const Status posted = inbox_.post_request(std::move(item));
  if (posted.is_ok()) return posted;
  gate_.leave();
  if (posted.code() == Code::kBusy) metrics_.requests_busy.add();
  return posted;
}

void Server::Impl::on_messages(std::vector<Message> messages) {
  const std::size_t count = messages.size();
  if (inbox_.post_messages(std::move(messages)) == Inbox::Posted::kDropped) {
    metrics_.messages_dropped.add(count);
  }
}

void Server::Impl::on_peer_lost(NodeId peer, PeerLoss loss) {
  if (inbox_.post_peer_lost(peer, loss) == Inbox::Posted::kDropped) {
    metrics_.messages_dropped.add();
  }
}

ServerStatus Server::Impl::status() const {
  PublishedStatus::View view = published_.read();
  const LatencySnapshot sync = metrics_.sync.snapshot();
  ServerStatus status;
  status.core = std::move(view.core);
  status.storage = view.storage;
  status.applied = apply_.applied();
  status.leader_changes = metrics_.leader_changes.value();
  status.proposals_committed = metrics_.proposals_committed.value();
  status.proposals_rejected = metrics_.proposals_rejected.value();
  status.proposals_unknown = metrics_.proposals_unknown.value();
  status.syncs = metrics_.syncs.value();
  status.sync_p50_ns = sync.quantile_ns(0.5);
  status.sync_p99_ns = sync.quantile_ns(0.99);
  status.fatal = fatal_.reason();
  return status;
}

MetricsSnapshot Server::Impl::metrics() const {
  MetricsSnapshot snapshot = metrics_.snapshot();
  snapshot.requests_pending = gate_.pending();
  snapshot.log_bytes_written = parts_.log_store->bytes_written();
  if (const std::int64_t taken_ns = metrics_.snapshot_taken_ns.load(); taken_ns != 0) {
    snapshot.snapshot_age_ns = clock_.monotonic_ns() - taken_ns;
  }
  return snapshot;
}

namespace {

// Brings the state machine to where the log can go on.
Result<ApplyLoop::Start> start_machine(const ServerParts& parts, const Recovered& recovered) {
  Index applied = parts.state_machine->open();
  const Index base = recovered.snapshot.last.index;
  Index newest = base;
  if (parts.snapshot_store != nullptr) {
    const auto restored =
        restore_at_start(*parts.snapshot_store, *parts.state_machine, recovered, applied);
    if (!restored.is_ok()) return restored.status();
    applied = *restored;
    const auto there = parts.snapshot_store->list();
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

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, ServerParts parts) {
  QUORATE_TRY(validate(options));
  QUORATE_CHECK(parts.log_store && parts.transport && parts.state_machine != nullptr);
  auto recovered = parts.log_store->recover(options.core.group);
  if (!recovered.is_ok()) return recovered.status().with_context("recovering the log");
  auto started = start_machine(parts, *recovered);
  if (!started.is_ok()) return started.status();
  const Index applied = started->applied;
  recovered->applied = applied;
  const std::uint64_t seed = options.seed != 0 ? options.seed : std::random_device()();
  auto core = Consensus::create(options.core, *recovered, Random(seed));
  QUORATE_TRY(core.status());
  auto impl = std::make_unique<Impl>(
      options, std::move(parts), std::move(core).value(), *std::move(started));
  QUORATE_TRY(impl->start());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop();
}

Status Server::propose(SharedBytes data, ProposeOptions options, ProposeCallback done) {
  return impl_->propose(std::move(data), options, std::move(done));
}

Status Server::read(ReadCallback done) {
  return impl_->read(ReadMode::kReadIndex, std::move(done));
}

Status Server::read(ReadMode mode, ReadCallback done) {
  return impl_->read(mode, std::move(done));
}

Status Server::change_membership(MembershipChange change, ChangeCallback done) {
  return impl_->change_membership(std::move(change), std::move(done));
}

void Server::set_peer(NodeId node, std::string address) {
  impl_->set_peer(node, std::move(address));
}

Status Server::transfer_leadership() {
  return impl_->post(inbox::Transfer{.target = std::nullopt});
}

Status Server::transfer_leadership(NodeId target) {
  return impl_->post(inbox::Transfer{.target = target});
}

Status Server::record_flight(RecordingCallback done) {
  return impl_->post(inbox::Recording{std::move(done)});
}

Status Server::step_down() {
  return impl_->post(inbox::StepDown{});
}

void Server::take_snapshot(SnapshotCallback done) {
  impl_->take_snapshot(std::move(done));
}

std::vector<SnapshotMeta> Server::snapshots() const {
  return impl_->snapshots();
}

ServerStatus Server::status() const {
  return impl_->status();
}

MetricsSnapshot Server::metrics() const {
  return impl_->metrics();
}

void Server::stop() {
  impl_->stop();
}

}  // namespace quorate::raft
