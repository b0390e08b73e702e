#include "raft/server/server.h"

#include <mutex>
#include <string>
#include <utility>

#include "raft/base/check.h"
#include "raft/server/fail_point.h"
#include "raft/server/group_runtime.h"
#include "raft/server/log_writer.h"

namespace quorate::raft {

// Holds the parts and loops; members are built top-down and end bottom-up.
class Server::Impl final : public TransportReceiver {
 public:
  Impl(const ServerOptions& options, ServerParts parts, GroupRuntime::Recovery recovery);

  Status start();
  void stop();

  [[nodiscard]] GroupRuntime& group() { return group_; }
  [[nodiscard]] Transport& transport() { return *parts_.transport; }
  [[nodiscard]] ServerStatus status() const;
  [[nodiscard]] MetricsSnapshot metrics() const;

  void on_messages(std::vector<Message> messages) override {
    group_.on_messages(std::move(messages));
  }
  void on_peer_lost(NodeId peer, PeerLoss loss) override { group_.on_peer_lost(peer, loss); }

 private:
  void stop_transport();
  void on_failed();

  ServerParts parts_;
  const Clock& clock_;
  Metrics metrics_;
  Fatal fatal_;
  Inbox inbox_;
  LogWriter writer_;
  GroupRuntime group_;
  std::once_flag transport_stopped_;
  std::once_flag stopped_;
};

Server::Impl::Impl(const ServerOptions& options, ServerParts parts, GroupRuntime::Recovery recovery)
    : parts_(std::move(parts)),
      clock_(parts_.clock != nullptr ? *parts_.clock : system_clock()),
      inbox_(options),
      writer_({.store = *parts_.log_store,
               .clock = clock_,
               .listener = inbox_,
               .fatal = fatal_,
               .metrics = metrics_},
              options),
      group_(options,
             {.store = *parts_.log_store,
              .machine = *parts_.state_machine,
              .snapshots = parts_.snapshot_store.get(),
              .writer = writer_,
              .messages = *parts_.transport,
              .clock = clock_,
              .events = parts_.events,
              .metrics = metrics_,
              .fatal = fatal_,
              .inbox = inbox_,
              .threads = {},
              .snapshot_throttle = nullptr,
              .rest = nullptr,
              .tick_phase_ns = 0,
              .on_failed = [this] { on_failed(); },
              .recording = parts_.recording},
             std::move(recovery)) {}

Status Server::Impl::start() {
  writer_.start();
  group_.start();
  const Status listening = parts_.transport->start(*this);
  if (!listening.is_ok()) stop();
  return listening;
}

// The raft thread ends first: nothing is sent, written or applied anew afterwards, and what is
// committed can still be applied and answered.
void Server::Impl::stop() {
  std::call_once(stopped_, [this] {
    group_.end_raft();
    stop_transport();
    writer_.stop();
    group_.end();
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

ServerStatus Server::Impl::status() const {
  const LatencySnapshot sync = metrics_.sync.snapshot();
  ServerStatus status = group_.status();
  status.syncs = metrics_.syncs.value();
  status.sync_p50_ns = sync.quantile_ns(0.5);
  status.sync_p99_ns = sync.quantile_ns(0.99);
  return status;
}

MetricsSnapshot Server::Impl::metrics() const {
  MetricsSnapshot snapshot = group_.metrics();
  snapshot.log_bytes_written = parts_.log_store->bytes_written();
  return snapshot;
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, ServerParts parts) {
  QUORATE_TRY(validate(options));
  QUORATE_CHECK(parts.log_store && parts.transport && parts.state_machine != nullptr);
  QUORATE_TRY(arm_fail_points_by_environment());
  auto recovery = GroupRuntime::recover(
      options, *parts.log_store, parts.snapshot_store.get(), *parts.state_machine);
  QUORATE_TRY(recovery.status());
  auto impl = std::make_unique<Impl>(options, std::move(parts), std::move(recovery).value());
  QUORATE_TRY(impl->start());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop();
}

Status Server::propose(SharedBytes data, ProposeOptions options, ProposeCallback done) {
  return impl_->group().propose(std::move(data), options, std::move(done));
}

Status Server::read(ReadCallback done) {
  return impl_->group().read(ReadMode::kReadIndex, std::move(done));
}

Status Server::read(ReadMode mode, ReadCallback done) {
  return impl_->group().read(mode, std::move(done));
}

Status Server::read_at_least(const ReadPoint& at, std::int64_t timeout_ns, ReadCallback done) {
  return impl_->group().read_at_least(at, timeout_ns, std::move(done));
}

Status Server::change_membership(MembershipChange change, ChangeCallback done) {
  return impl_->group().change_membership(std::move(change), std::move(done));
}

void Server::set_peer(NodeId node, std::string address) {
  impl_->transport().set_peer(node, std::move(address));
}

Status Server::transfer_leadership() {
  return impl_->group().post(inbox::Transfer{.target = std::nullopt});
}

Status Server::transfer_leadership(NodeId target) {
  return impl_->group().post(inbox::Transfer{.target = target});
}

Status Server::record_flight(RecordingCallback done) {
  return impl_->group().post(inbox::Recording{std::move(done)});
}

Status Server::step_down() {
  return impl_->group().post(inbox::StepDown{});
}

void Server::take_snapshot(SnapshotCallback done) {
  impl_->group().take_snapshot(std::move(done));
}

std::vector<SnapshotMeta> Server::snapshots() const {
  return impl_->group().snapshots();
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
