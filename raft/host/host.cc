#include "raft/host/host.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "raft/base/check.h"
#include "raft/base/mutex.h"
#include "raft/host/beat_loop.h"
#include "raft/host/hosted_group.h"
#include "raft/host/serial_log_store.h"
#include "raft/host/spread.h"
#include "raft/server/fail_point.h"
#include "raft/server/log_writer.h"

namespace quorate::raft {
namespace {

Status invalid(const std::string& rule) {
  return {Code::kInvalidArgument, rule};
}

}  // namespace

Status validate(const HostOptions& options) {
  if (options.apply_threads == 0) return invalid("apply_threads must be positive");
  if (options.groups_max == 0) return invalid("groups_max must be positive");
  if (options.beat_interval_ns <= 0) return invalid("beat_interval_ns must be positive");
  if (options.beats_silent_max < 2) return invalid("beats_silent_max must be at least 2");
  if (options.beats_waiting_max == 0) return invalid("beats_waiting_max must be positive");
  if (options.rest_after_ns < 0) return invalid("rest_after_ns must not be negative");
  if (options.proposal_bytes_max == 0) return invalid("proposal_bytes_max must be positive");
  return Status::ok();
}

std::uint64_t rest_after_ticks(std::int64_t rest_after_ns, std::int64_t tick_ns) {
  if (rest_after_ns == 0) return 0;
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(rest_after_ns / tick_ns), 1);
}

// Names this process to its peers.
std::uint64_t draw_life() {
  std::random_device random;
  const std::uint64_t drawn = (std::uint64_t{random()} << 32U) | random();
  return drawn == 0 ? 1 : drawn;
}

// Members are built top-down and end bottom-up.
class Host::Impl final : public TransportReceiver, private WriteListener {
 public:
  Impl(const HostOptions& options, HostParts parts);
  ~Impl() override { stop(); }

  Status start();
  Status bootstrap(const Bootstrap& bootstrap) { return store_.bootstrap(bootstrap); }
  Status add_group(const ServerOptions& options, HostGroupParts parts);
  Status remove_group(GroupId group);
  [[nodiscard]] std::shared_ptr<HostedGroup> find(GroupId group) const;
  [[nodiscard]] std::vector<GroupId> groups() const;
  void set_peer(NodeId node, std::string address) {
    parts_.transport->set_peer(node, std::move(address));
  }
  [[nodiscard]] HostMetrics metrics() const;
  void stop();

 private:
  void on_messages(std::vector<Message> messages) override;
  void on_peer_lost(NodeId peer, PeerLoss loss) override;
  void on_beat(NodeBeat beat) override { beats_.post(std::move(beat)); }
  void on_written(std::span<const PersistBatch> batches) override;
  void on_write_failed() override;

  [[nodiscard]] Status why_not(const ServerOptions& options) const;
  [[nodiscard]] HostedGroup::Shared shared_for(const ServerOptions& options);
  [[nodiscard]] std::vector<std::shared_ptr<HostedGroup>> all() const;
  void end_round();
  void stop_transport();

  const HostOptions options_;
  HostParts parts_;
  const Clock& clock_;
  SerialLogStore store_;
  ByteBudget budget_;
  Throttle snapshot_throttle_;
  SharedCounter over_budget_;
  SharedCounter of_no_group_;
  Metrics metrics_;  // the log writer's
  Fatal fatal_;      // the log store's
  Outbox outbox_;
  NodeWatch watch_;
  LogWriter writer_;
  SharedThread raft_;
  SharedThread reader_;
  SharedThread snapshotter_;
  BeatLoop beats_;
  std::vector<std::unique_ptr<SharedThread>> apply_;

  std::once_flag transport_stopped_;
  Mutex admin_;  // held while a group is added or removed: one after the other
  bool is_stopped_ QUORATE_GUARDED_BY(admin_) = false;
  mutable Mutex mutex_;
  std::map<GroupId, std::shared_ptr<HostedGroup>> groups_ QUORATE_GUARDED_BY(mutex_);
};

Host::Impl::Impl(const HostOptions& options, HostParts parts)
    : options_(options),
      parts_(std::move(parts)),
      clock_(parts_.clock != nullptr ? *parts_.clock : system_clock()),
      store_(std::move(parts_.log_store)),
      budget_(options.proposal_bytes_max),
      snapshot_throttle_(options.snapshot_send_bytes_per_second),
      outbox_(options.cluster, options.self),
      watch_(draw_life(), options.beats_silent_max),
      writer_({.store = store_,
               .clock = clock_,
               .listener = *this,
               .fatal = fatal_,
               .metrics = metrics_},
              ServerOptions{}),
      raft_("raft", clock_, [this] { end_round(); }),
      reader_("entry-reader", clock_, {}),
      snapshotter_("snapshotter", clock_, {}),
      beats_(options,
             {.outbox = outbox_,
              .watch = watch_,
              .clock = clock_,
              .thread = raft_,
              .transport = *parts_.transport,
              .find = [this](GroupId group) { return find(group); },
              .all = [this] { return all(); }}) {
  for (std::uint32_t i = 0; i < options.apply_threads; ++i)
    apply_.push_back(std::make_unique<SharedThread>("apply", clock_, std::function<void()>()));
}

Status Host::Impl::start() {
  writer_.start();
  reader_.start();
  snapshotter_.start();
  for (const auto& thread : apply_)
    thread->start();
  raft_.start();
  beats_.start();
  return parts_.transport->start(*this);
}

// Every group's core first: nothing is sent, written or applied anew afterwards, and what is
// committed can still be applied and answered.
void Host::Impl::stop() {
  const MutexLock admin(admin_);
  if (std::exchange(is_stopped_, true)) return;
  const auto groups = all();
  for (const auto& group : groups)
    group->end_raft();
  beats_.stop();
  raft_.stop();
  stop_transport();
  writer_.stop();
  for (const auto& group : groups)
    group->end();
  for (const auto& thread : apply_)
    thread->stop();
  reader_.stop();
  snapshotter_.stop();
  const MutexLock lock(mutex_);
  groups_.clear();
}

// Of a host whose store failed peers see the connections break, and need not wait for an election
// timeout.
void Host::Impl::stop_transport() {
  std::call_once(transport_stopped_, [this] { parts_.transport->stop(); });
}

// Messages first: each is safe to send as it is, and followers then write while we write.
void Host::Impl::end_round() {
  std::vector<Message> messages = outbox_.take_messages();
  if (fatal_.tripped()) return stop_transport();
  beats_.end_round();
  if (!messages.empty()) parts_.transport->send(std::move(messages));
  writer_.submit(outbox_.take_batches());
}

Status Host::Impl::why_not(const ServerOptions& options) const {
  QUORATE_TRY(validate(options));
  const Options& core = options.core;
  if (core.cluster != options_.cluster) return invalid("core.cluster must be the host's");
  if (core.self != options_.self) return invalid("core.self must be the host's");
  if (core.heartbeat_ticks * options.tick_ns < options_.beat_interval_ns) {
    return invalid("core.heartbeat_ticks must last at least a beat interval of the host");
  }
  if (fatal_.tripped()) return fatal_.reason().value();
  const MutexLock lock(mutex_);
  if (groups_.contains(core.group)) {
    return {Code::kAlreadyExists, "group " + std::to_string(core.group.value) + " runs here"};
  }
  if (groups_.size() >= options_.groups_max) return {Code::kBusy, "there are groups_max groups"};
  return Status::ok();
}

HostedGroup::Shared Host::Impl::shared_for(const ServerOptions& options) {
  const GroupId group = options.core.group;
  return {.store = store_,
          .outbox = outbox_,
          .watch = watch_,
          .writer = writer_,
          .clock = clock_,
          .events = parts_.events,
          .budget = budget_,
          .over_budget = over_budget_,
          .threads = {.raft = &raft_,
                      .apply = apply_[apply_thread_of(group, apply_.size())].get(),
                      .reader = &reader_,
                      .snapshotter = &snapshotter_},
          .snapshot_throttle = snapshot_throttle_,
          .rest = {.idle_ticks = rest_after_ticks(options_.rest_after_ns, options.tick_ns)},
          .tick_phase_ns = tick_phase_ns(group, options.tick_ns)};
}

Status Host::Impl::add_group(const ServerOptions& options, HostGroupParts parts) {
  QUORATE_CHECK(parts.state_machine != nullptr);
  const MutexLock admin(admin_);
  if (is_stopped_) return {Code::kShutdown, "the host is stopped"};
  QUORATE_TRY(why_not(options));
  auto recovery =
      GroupRuntime::recover(options, store_, parts.snapshot_store.get(), *parts.state_machine);
  QUORATE_TRY(recovery.status());
  const auto group = std::make_shared<HostedGroup>(
      options, std::move(parts), shared_for(options), std::move(recovery).value());
  group->start();
  {
    const MutexLock lock(mutex_);
    groups_.emplace(options.core.group, group);
  }
  if (fatal_.tripped()) group->on_store_failed(fatal_.reason().value());
  return Status::ok();
}

// It can be found until nothing of it is being written: its writes are reported to it.
Status Host::Impl::remove_group(GroupId id) {
  const MutexLock admin(admin_);
  const auto group = find(id);
  if (group == nullptr) {
    return {Code::kNotFound, "group " + std::to_string(id.value) + " does not run here"};
  }
  group->end_raft();
  group->await_writes();
  {
    const MutexLock lock(mutex_);
    groups_.erase(id);
  }
  group->end();
  return Status::ok();
}

std::shared_ptr<HostedGroup> Host::Impl::find(GroupId group) const {
  const MutexLock lock(mutex_);
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : found->second;
}

std::vector<GroupId> Host::Impl::groups() const {
  const MutexLock lock(mutex_);
  std::vector<GroupId> ids;
  for (const auto& [id, group] : groups_)
    ids.push_back(id);
  return ids;
}

std::vector<std::shared_ptr<HostedGroup>> Host::Impl::all() const {
  const MutexLock lock(mutex_);
  std::vector<std::shared_ptr<HostedGroup>> groups;
  for (const auto& [id, group] : groups_)
    groups.push_back(group);
  return groups;
}

void Host::Impl::on_messages(std::vector<Message> messages) {
  std::map<GroupId, std::vector<Message>> by_group;
  for (Message& message : messages)
    by_group[message.group].push_back(std::move(message));
  for (auto& [id, own] : by_group) {
    const std::size_t count = own.size();
    if (const auto group = find(id)) {
      group->on_messages(std::move(own));
    } else {
      of_no_group_.add(count);
    }
  }
}

void Host::Impl::on_peer_lost(NodeId peer, PeerLoss loss) {
  beats_.post_node_lost(peer, loss);
}

void Host::Impl::on_written(std::span<const PersistBatch> batches) {
  struct Written {
    std::uint64_t batches = 0;
    std::uint64_t seq = 0;
  };
  std::map<GroupId, Written> by_group;
  for (const PersistBatch& batch : batches) {
    Written& written = by_group[batch.group];
    ++written.batches;
    written.seq = batch.seq;
  }
  for (const auto& [id, written] : by_group) {
    const auto group = find(id);
    QUORATE_CHECK(group != nullptr);  // it is not removed before
    group->on_written(written.batches, written.seq);
  }
}

void Host::Impl::on_write_failed() {
  const Status reason = fatal_.reason().value();
  for (const auto& group : all())
    group->on_store_failed(reason);
  if (parts_.on_fatal) parts_.on_fatal(reason);
}

HostMetrics Host::Impl::metrics() const {
  HostMetrics metrics;
  for (const auto& group : all()) {
    ++metrics.groups;
    if (group->is_resting()) ++metrics.groups_resting;
  }
  metrics.beats_sent = beats_.sent();
  metrics.beats_received = beats_.received();
  metrics.beats_ignored = beats_.ignored();
  metrics.turns = raft_.turns();
  metrics.rounds = raft_.rounds();
  metrics.syncs = metrics_.syncs.value();
  metrics.batches_persisted = metrics_.batches_persisted.value();
  metrics.log_bytes_written = store_.bytes_written();
  metrics.messages_of_no_group = of_no_group_.value();
  metrics.proposal_bytes = budget_.held();
  metrics.proposals_over_budget = over_budget_.value();
  metrics.sync = metrics_.sync.snapshot();
  return metrics;
}

Result<std::unique_ptr<Host>> Host::start(const HostOptions& options, HostParts parts) {
  QUORATE_TRY(validate(options));
  QUORATE_CHECK(parts.log_store && parts.transport);
  QUORATE_TRY(arm_fail_points_by_environment());
  auto impl = std::make_unique<Impl>(options, std::move(parts));
  QUORATE_TRY(impl->start());
  return std::unique_ptr<Host>(new Host(std::move(impl)));
}

Host::Host(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Host::~Host() = default;

Status Host::bootstrap(const Bootstrap& bootstrap) {
  return impl_->bootstrap(bootstrap);
}

Status Host::add_group(const ServerOptions& options, HostGroupParts parts) {
  return impl_->add_group(options, std::move(parts));
}

Status Host::remove_group(GroupId group) {
  return impl_->remove_group(group);
}

std::shared_ptr<HostGroup> Host::group(GroupId group) const {
  return impl_->find(group);
}

std::vector<GroupId> Host::groups() const {
  return impl_->groups();
}

void Host::set_peer(NodeId node, std::string address) {
  impl_->set_peer(node, std::move(address));
}

HostMetrics Host::metrics() const {
  return impl_->metrics();
}

void Host::stop() {
  impl_->stop();
}

}  // namespace quorate::raft
