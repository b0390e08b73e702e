#include "controller/service/controller_service.h"

#include <chrono>
#include <utility>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "controller/service/broker_lifecycle_service.h"
#include "controller/service/change_services.h"
#include "controller/service/command_loop.h"
#include "controller/service/gone_probe.h"
#include "controller/service/maintenance_service.h"
#include "controller/service/metadata_feed.h"
#include "controller/service/metadata_stream_service.h"

namespace quorate::controller {
namespace {

constexpr auto kStopPatience = std::chrono::milliseconds(500);
// What an idle client may do without being cut: its own keepalive is 5 s.
constexpr int kPingIntervalMinMs = 1000;
constexpr int kKeepaliveMs = 2000;
constexpr int kKeepaliveTimeoutMs = 2000;
constexpr int kIdentityOnly = 1;  // bit set of compression algorithms

std::shared_ptr<grpc::ServerCredentials> credentials(const ServiceTls& tls) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls.ca_pem;
  options.pem_key_cert_pairs.push_back({tls.key_pem, tls.certificate_pem});
  return grpc::SslServerCredentials(options);
}

}  // namespace

class ControllerService::Impl {
 public:
  Impl(ControllerServiceOptions options, ControllerServiceParts parts)
      : options_(std::move(options)),
        outside_(parts),
        clock_(parts.clock == nullptr ? system_clock() : *parts.clock),
        refusals_(*parts.port, options_.addresses.services),
        feed_(options_.feed),
        parts_(service_parts()),
        probe_({},
               {.still_absent = [this](const ProbeTarget& target) { return is_absent(target); },
                .gone = [this](const ProbeTarget& target) { on_gone(target); }}),
        lifecycle_(parts_, [this](BrokerId id, std::uint64_t epoch) { on_stream_end(id, epoch); }),
        loop_(options_.loop,
              options_.control,
              answer_codec(),
              {.port = parts.port,
               .metadata = parts.metadata,
               .clock = parts.clock,
               .metrics = parts.metrics,
               .listener = listener()}),
        admin_(parts_),
        partitions_(parts_),
        ids_(parts_),
        query_(parts_, options_.control),
        quorum_(parts_, options_.addresses, options_.raft_tick_ms, options_.version),
        maintenance_(parts_, options_.addresses.raft),
        stream_({.feed = &feed_,
                 .metadata = parts.metadata,
                 .port = parts.port,
                 .refusals = &refusals_,
                 .cluster_id = options_.control.cluster_id}) {
    parts_.loop = &loop_;
    parts.metadata->add_observer(feed_);
    parts.metadata->add_observer(loop_);
  }

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status start() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(options_.listen, credentials(options_.tls), &port);
    builder.SetMaxReceiveMessageSize(static_cast<int>(options_.request_bytes_max));
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                               options_.streams_per_connection_max);
    builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, kIdentityOnly);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kPingIntervalMinMs);
    for (grpc::Service* service : std::initializer_list<grpc::Service*>{&admin_,
                                                                        &lifecycle_,
                                                                        &partitions_,
                                                                        &ids_,
                                                                        &query_,
                                                                        &quorum_,
                                                                        &maintenance_,
                                                                        &stream_}) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return {Code::kIoError,
              "cannot listen on " + options_.listen + ": address in use or not ours"};
    }
    port_ = static_cast<std::uint16_t>(port);
    return Status::ok();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_active() const { return loop_.active_term() != raft::Term{}; }

  void stop() {
    probe_.stop();
    loop_.stop();
    lifecycle_.sessions().end_all({Code::kShutdown, "this controller is stopping"});
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now() + kStopPatience);
    feed_.stop();
    server_.reset();
  }

 private:
  ServiceParts service_parts() {
    ServiceParts parts;
    parts.feed = &feed_;
    parts.metadata = outside_.metadata;
    parts.port = outside_.port;
    parts.refusals = &refusals_;
    parts.clock = &clock_;
    parts.contacts = &contacts_;
    parts.cluster_id = options_.control.cluster_id;
    parts.node_id = options_.node_id;
    parts.features = options_.control.features;
    parts.statics = options_.control.statics;
    parts.heartbeat_interval_ms = options_.heartbeat_interval_ms;
    parts.session_timeout_ms = options_.control.session.session_timeout_ms;
    return parts;
  }

  LoopListener listener() {
    return {
        .on_claimed = [this](raft::Term term, const ImagePointer& image) { claimed(term, *image); },
        .on_renounced = [this](raft::Term term) { renounced(term); },
        .on_trouble =
            [this](const Status& why) {
              outside_.log->error("a decision was refused before it left",
                                  {{"why", to_string(why)}});
              outside_.events->emit("decision_refused", {{"why", to_string(why)}});
            }};
  }

  void claimed(raft::Term term, const MetadataImage& image) {
    contacts_.clear();
    outside_.log->info("this controller is the active one",
                       {{"term", term.value}, {"offset", image.end_offset}});
    outside_.events->emit("controller_claimed",
                          {{"term", term.value}, {"offset", image.end_offset}});
    // A broker that died with the old controller would otherwise have a full session left.
    for (const auto& [id, broker] : image.cluster.brokers()) {
      if (!broker->fenced) watch(*broker);
    }
  }

  void renounced(raft::Term term) {
    outside_.log->info("this controller is no longer the active one", {{"term", term.value}});
    outside_.events->emit("controller_renounced", {{"term", term.value}});
    lifecycle_.sessions().end_all({Code::kNotLeader, "this controller is not the active one"});
  }

  // --- brokers that are gone ---

  void on_stream_end(BrokerId id, std::uint64_t epoch) {
    if (!is_active()) return;
    const ImagePointer image = outside_.metadata->image();
    const BrokerRegistration* broker = image->cluster.find(id);
    if (broker != nullptr && broker->epoch == epoch && !broker->fenced) watch(*broker);
  }

  void watch(const BrokerRegistration& broker) {
    if (broker.endpoints.empty()) return;
    const Endpoint& advertised = broker.endpoints.front();
    probe_.watch({broker.id, broker.epoch, advertised.host, advertised.port});
  }

  [[nodiscard]] bool is_absent(const ProbeTarget& target) {
    return is_active() && !lifecycle_.sessions().is_present(target.broker_id, target.broker_epoch);
  }

  void on_gone(const ProbeTarget& target) {
    outside_.log->warn("a broker is gone: no session, and its listener refuses connections",
                       {{"broker", target.broker_id}, {"broker_epoch", target.broker_epoch}});
    outside_.events->emit("broker_gone",
                          {{"broker", target.broker_id}, {"broker_epoch", target.broker_epoch}});
    loop_.submit(std::make_unique<TypedCommand<BrokerGone, BrokerGoneAnswer>>(
        CommandClass::kLiveness,
        BrokerGone{target.broker_id, target.broker_epoch},
        CommandMeta{},
        [](const Reply<BrokerGoneAnswer>&) {}));
  }

  const ControllerServiceOptions options_;
  const ControllerServiceParts outside_;
  const Clock& clock_;
  const Refusals refusals_;
  ContactBoard contacts_;
  MetadataFeed feed_;
  ServiceParts parts_;
  GoneProbe probe_;
  BrokerLifecycleService lifecycle_;
  CommandLoop loop_;
  AdminService admin_;
  PartitionControlService partitions_;
  IdAllocatorService ids_;
  QueryService query_;
  QuorumService quorum_;
  MaintenanceService maintenance_;
  MetadataStreamService stream_;
  std::unique_ptr<grpc::Server> server_;
  std::uint16_t port_ = 0;
};

ControllerService::ControllerService(ControllerServiceOptions options, ControllerServiceParts parts)
    : impl_(std::make_unique<Impl>(std::move(options), parts)) {}
ControllerService::~ControllerService() = default;

Status ControllerService::start() {
  return impl_->start();
}
std::uint16_t ControllerService::port() const {
  return impl_->port();
}
bool ControllerService::is_active() const {
  return impl_->is_active();
}
void ControllerService::stop() {
  impl_->stop();
}

}  // namespace quorate::controller
