#include "broker-stub/server/broker.h"

#include <chrono>
#include <future>
#include <random>
#include <utility>

#include <asio/post.hpp>

#include "quorate/controller/v1/broker_lifecycle.pb.h"

#include "broker-stub/replica/topic_ids.h"
#include "raft/base/clock.h"

namespace quorate::broker {
namespace {

using controller::SessionState;
namespace v1 = controller::v1;

constexpr const char* kListenerName = "PLAINTEXT";

controller::Uuid draw_uuid() {
  std::random_device device;
  const auto half = [&device] { return std::uint64_t{device()} << 32U | device(); };
  return {half(), half()};
}

void set(v1::Uuid& out, const controller::Uuid& id) {
  out.set_high(id.high);
  out.set_low(id.low);
}

}  // namespace

Broker::Broker(BrokerOptions options, StaticConfigs statics, BrokerReport& report, OnFatal on_fatal)
    : options_(std::move(options)),
      statics_(std::move(statics)),
      report_(report),
      on_fatal_(std::move(on_fatal)),
      incarnation_(draw_uuid()),
      plans_(options_.node_id, incarnation_) {}

Result<std::unique_ptr<Broker>> Broker::start(BrokerOptions options,
                                              TlsMaterial tls,
                                              StaticConfigs statics,
                                              BrokerReport& report,
                                              OnFatal on_fatal) {
  std::unique_ptr<Broker> broker(
      new Broker(std::move(options), std::move(statics), report, std::move(on_fatal)));
  QUORATE_TRY(broker->open(tls));
  return broker;
}

Broker::~Broker() {
  static_cast<void>(stop().is_ok());
}

Status Broker::open(const TlsMaterial& tls) {
  QUORATE_TRY(open_directory());
  QUORATE_TRY(open_client(tls));
  auto replicas =
      Replicas::open({.me = options_.node_id,
                      .log = {.segment_bytes = options_.segment_bytes,
                              .flush_interval_messages = options_.flush_interval_messages},
                      .leader = {.lag_max_ms = options_.replica_lag_max_ms}},
                     *directory_,
                     system_clock(),
                     [this](const PartitionEvent& event) { report_.on_partition(event); });
  if (!replicas.is_ok()) return replicas.status();
  replicas_ = *std::move(replicas);
  build_service(std::move(statics_));
  thread_ = std::thread([this] { io_.run(); });
  QUORATE_TRY(start_listener());
  start_following();
  start_session();
  asio::post(io_, [this] {
    tick();
    tick_slowly();
  });
  return {};
}

Status Broker::open_directory() {
  auto directory =
      LogDirectory::open(options_.log_dir,
                         {.cluster_id = options_.cluster_id, .node_id = options_.node_id},
                         to_kafka(draw_uuid()));
  if (!directory.is_ok()) return directory.status();
  directory_.emplace(*std::move(directory));
  const auto epoch = directory_->take_clean_shutdown();
  if (!epoch.is_ok()) return epoch.status();
  previous_epoch_ = *epoch;
  return {};
}

Status Broker::open_client(const TlsMaterial& tls) {
  controller::ClientOptions options;
  options.controllers = options_.controllers;
  options.tls = {
      .ca_pem = tls.ca_pem, .certificate_pem = tls.certificate_pem, .key_pem = tls.key_pem};
  auto client = controller::ControllerClient::create(std::move(options));
  if (!client.is_ok()) return client.status();
  client_ = *std::move(client);
  calls_ = std::make_unique<ControllerCalls>(*client_, ControllerCallsOptions{});
  return {};
}

void Broker::build_service(StaticConfigs statics) {
  const auto epoch = [this] { return broker_epoch_.load(); };
  producer_ids_ = std::make_unique<ProducerIds>(*calls_, options_.node_id, epoch);
  serving_.reset(new Serving{.options = options_,
                             .view = {options_.cluster_id, kListenerName},
                             .statics = std::move(statics),
                             .image = image_,
                             .replicas = *replicas_,
                             .calls = *calls_,
                             .broker_epoch = epoch,
                             .counters = {}});
  service_ = std::make_unique<KafkaService>(*serving_, *producer_ids_);
  fetchers_ = std::make_unique<Fetchers>(
      io_,
      FetcherOptions{.me = options_.node_id,
                     .cluster_id = options_.cluster_id,
                     .wait_max_ms = options_.fetch_wait_max_ms},
      *replicas_,
      epoch,
      [this](const LeaderAddress& leader, const Status& link) { report_.on_link(leader, link); });
}

Status Broker::start_listener() {
  ListenerOptions options;
  options.address = options_.listener.host;
  options.port = options_.listener.port;
  listener_ = std::make_unique<Listener>(
      io_, system_clock(), *service_, options, [this](const NetEvent& event) {
        report_.on_net(event);
      });
  QUORATE_TRY(listener_->start());
  if (options_.advertised.port == 0) options_.advertised.port = listener_->port();
  return {};
}

void Broker::start_following() {
  replayer_ = std::make_unique<MetadataReplayer>(MetadataCallbacks{
      .on_change =
          [this](MetadataChange change) {
            asio::post(io_, [this, change = std::move(change)] { apply(change); });
          },
      .on_position =
          [this](MetadataPosition position) { known_end_offset_ = position.end_offset; }});
  const auto cluster = controller::uuid_from_string(options_.cluster_id);
  follower_ = controller::MetadataFollower::start(
      *client_,
      *replayer_,
      {.cluster_high = cluster->high, .cluster_low = cluster->low},
      [this](const Status& why) { on_fatal_(why.with_context("metadata cannot be followed")); });
}

void Broker::start_session() {
  const controller::Uuid cluster = *controller::uuid_from_string(options_.cluster_id);
  v1::RegisterBrokerRequest registration;
  set(*registration.mutable_cluster_id(), cluster);
  registration.set_broker_id(options_.node_id);
  set(*registration.mutable_incarnation(), incarnation_);
  v1::Endpoint& endpoint = *registration.add_endpoints();
  endpoint.set_listener(kListenerName);
  endpoint.set_host(options_.advertised.host);
  endpoint.set_port(options_.advertised.port);
  endpoint.set_security_protocol("PLAINTEXT");
  registration.set_rack(options_.rack);
  // An ISR may be empty, and who left one that is too small may lead again.
  v1::FeatureRange& eligible_leaders = *registration.add_features();
  eligible_leaders.set_name("eligible.leader.replicas.version");
  eligible_leaders.set_max_level(1);
  set(*registration.add_log_dirs(), from_kafka(directory_->directory_id()));
  if (previous_epoch_) registration.set_previous_broker_epoch(*previous_epoch_);
  session_ = controller::BrokerSession::start(*client_, registration, *this, {});
}

void Broker::on_registered(std::uint64_t epoch) {
  broker_epoch_ = epoch;
  registered_ = true;
  report_.on_registered(epoch);
}

void Broker::on_state(SessionState state) {
  report_.on_state(to_string(state));
  // What was on the disk and is ours has been opened by now: the metadata goes beyond our own
  // registration.
  if (state == SessionState::kActive && !was_active_.exchange(true)) {
    asio::post(io_, [this] { replicas_->tidy(*image_.get()); });
  }
  const std::lock_guard lock(state_mutex_);
  state_ = state;
  state_changed_.notify_all();
}

void Broker::on_registration_failed(const Status& why) {
  report_.on_registration_failed(why);
}

void Broker::on_refused(const Status& why) {
  on_fatal_(why.with_context("the controller refuses this broker"));
}

std::vector<ReadyCheck> Broker::ready() const {
  SessionState state = SessionState::kRegistering;
  {
    const std::lock_guard lock(state_mutex_);
    state = state_;
  }
  const bool registered = state != SessionState::kRegistering;
  const std::uint64_t applied = applied_offset_;
  const std::uint64_t end = known_end_offset_;
  const bool current = follower_ && follower_->is_connected() && applied > 0 && applied >= end;
  const std::size_t offline = offline_partitions_;
  return {
      {"registered", registered ? "" : "not registered with a controller"},
      {"unfenced",
       state == SessionState::kActive ? "" : "the session is " + std::string(to_string(state))},
      {"caught_up",
       current
           ? ""
           : "metadata applied up to " + std::to_string(applied) + " of " + std::to_string(end)},
      {"logs_online", offline == 0 ? "" : std::to_string(offline) + " partitions are offline"},
  };
}

Status Broker::stop() {
  if (stopped_) return {};
  stopped_ = true;
  if (session_) wait_until_left();
  if (follower_) follower_->stop();
  if (session_) session_->stop();
  if (listener_) listener_->stop();
  const Status closed = thread_.joinable() ? close_on_broker_thread() : Status();
  stop_threads();
  return closed;
}

void Broker::wait_until_left() {
  if (!registered_) return;
  session_->request_shutdown();
  std::unique_lock lock(state_mutex_);
  const bool left = state_changed_.wait_for(
      lock, std::chrono::milliseconds(options_.shutdown_wait_max_ms), [this] {
        return state_ == SessionState::kLeft;
      });
  if (left) return;
  report_.log().warn("the hand-over was not granted in time; stopping all the same",
                     {{"waited_ms", options_.shutdown_wait_max_ms}});
}

// The marker comes last: it promises that every log was synced.
Status Broker::close_on_broker_thread() {
  std::promise<Status> done;
  asio::post(io_, [this, &done] {
    stopping_ = true;
    tick_timer_.cancel();
    slow_timer_.cancel();
    fetchers_->stop();
    Status status = replicas_->close();
    if (status.is_ok() && registered_) {
      status = directory_->mark_clean_shutdown(broker_epoch_);
    }
    done.set_value(std::move(status));
  });
  return done.get_future().get();
}

void Broker::stop_threads() {
  if (client_) client_->shutdown();
  if (calls_) calls_->stop();
  work_.reset();
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace quorate::broker
