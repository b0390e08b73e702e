// quorate-controller: the composition root. Concrete classes meet here and nowhere else.
//
//   format    makes the data directory, once per disk
//   (run)     refuses bad configuration before anything is touched; then recovers, listens, serves
//
// Exit status: 0 stopped as asked, 1 failed, 2 usage, 3 invalid configuration.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>
#include <sys/stat.h>

#include "controller/format.h"
#include "controller/service/controller_config.h"
#include "controller/service/controller_metrics.h"
#include "controller/service/controller_service.h"
#include "controller/service/metadata_events.h"
#include "controller/service/raft_event_log.h"
#include "controller/service/raft_options.h"
#include "daemon/http_server.h"
#include "daemon/process.h"
#include "raft/server/server.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/grpc_transport.h"

namespace quorate::controller {
namespace {

constexpr auto kHandOverPatience = std::chrono::milliseconds(1000);
constexpr mode_t kOthersMask = 077;

struct Arguments {
  std::string config_file;
  std::vector<std::string> sets;
  FormatArguments format;
  bool no_initial_controllers = false;  // that nobody is named is meant
};

int fail(const Status& status, ExitCode code) {
  print_error(status);
  return to_int(code);
}

Result<ControllerConfig> load_config(const Arguments& arguments) {
  const auto properties = Properties::load(
      controller_option_table(), {arguments.config_file, process_environment(), arguments.sets});
  QUORATE_TRY(properties.status());
  return read_controller_config(*properties);
}

raft::Uuid to_raft(const Uuid& id) {
  return {id.high, id.low};
}
raft::NodeId node_of(const ControllerConfig& config) {
  return {static_cast<std::uint64_t>(config.node_id)};
}

// --- run ---

Status check_data_dir(const std::string& dir) {
  struct stat info{};
  if (::stat(dir.c_str(), &info) != 0) {
    return {Code::kNotFound, "data directory " + dir + " does not exist: run format first"};
  }
  if ((info.st_mode & kOthersMask) != 0) {
    return {Code::kFailedPrecondition,
            "data directory " + dir + " is open to group or others: chmod 700 it"};
  }
  return Status::ok();
}

// What a certificate must say to be this controller's (G12).
Status check_names(const ControllerConfig& config, const TlsMaterial& tls) {
  const auto names = certificate_dns_names(tls.certificate_pem);
  QUORATE_TRY(names.status());
  for (const std::string& name :
       {raft::peer_dns_name(node_of(config)), std::string("controller.quorate")}) {
    if (std::ranges::find(*names, name) == names->end()) {
      return {Code::kInvalidArgument,
              "certificate " + config.tls.certificate + ": its DNS names lack " + name};
    }
  }
  return Status::ok();
}

// Everything of a running controller; members end in reverse order.
class Controller {
 public:
  Controller(ControllerConfig config, TlsMaterial tls, raft::Identity identity)
      : config_(std::move(config)), tls_(std::move(tls)), identity_(identity) {}

  ~Controller() { stop(); }
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  Status start(std::unique_ptr<raft::LogStore> store, StopSignal& stop) {
    QUORATE_TRY(open_diagnostics());
    QUORATE_TRY(start_service());
    QUORATE_TRY(start_raft(std::move(store), stop));
    QUORATE_TRY(start_http());
    const std::string cluster = raft::to_string(identity_.cluster);
    print_ready(
        "controller",
        {{"node", config_.node_id},
         {"cluster", cluster},
         {"raft", config_.raft_listener.text()},
         {"controller", config_.controller_listener.host + ':' + std::to_string(service_->port())},
         {"http", http_ ? std::to_string(http_->port()) : "-"}});
    log_->info("serving", {{"version", version()}, {"cluster", cluster}});
    return Status::ok();
  }

  // Gives the leadership to the follower that is closest behind, then answers what waits.
  void stop() {
    if (http_) http_->stop();
    if (raft_) {
      hand_over();
      raft_->stop();
    }
    if (service_) service_->stop();
  }

  [[nodiscard]] std::optional<Status> fatal() const {
    return raft_ ? raft_->status().fatal : std::nullopt;
  }
  [[nodiscard]] Log& log() { return *log_; }

 private:
  Status open_diagnostics() {
    auto log = Log::open({.level = config_.log_level,
                          .format = config_.log_format,
                          .node = config_.node_id,
                          .role = "controller"});
    QUORATE_TRY(log.status());
    log_ = *std::move(log);
    auto events = EventStream::open(
        {.path = config_.event_stream_path, .node = config_.node_id, .role = "controller"});
    QUORATE_TRY(events.status());
    events_ = *std::move(events);
    raft_events_ = std::make_unique<RaftEventLog>(*events_, *log_);
    metadata_events_ = std::make_unique<MetadataEvents>(*events_, *log_, system_clock().wall_ms());
    metadata_.add_observer(*metadata_events_);
    return Status::ok();
  }

  Status start_service() {
    ControllerServiceOptions options;
    options.listen = config_.controller_listener.text();
    options.tls = {tls_.ca_pem, tls_.certificate_pem, tls_.key_pem};
    options.node_id = config_.node_id;
    options.control.cluster_id = {identity_.cluster.high, identity_.cluster.low};
    options.control.session.session_timeout_ms = config_.broker_session_timeout_ms;
    options.control.default_partitions = config_.default_partitions;
    options.control.default_replication_factor = config_.default_replication_factor;
    options.control.delete_topic_enable = config_.delete_topic_enable;
    options.control.eligible_leaders = config_.eligible_leaders;
    options.control.statics = config_.statics;
    options.control.balance_interval_ms = config_.balance_interval_ms;
    options.control.leaderless_interval_ms = config_.leaderless_interval_ms;
    options.control.maintenance_brokers_max = config_.maintenance_brokers_max;
    options.control.mutation_quota = config_.mutation_quota;
    options.addresses = {config_.voters, config_.endpoints};
    options.heartbeat_interval_ms = config_.broker_heartbeat_interval_ms;
    options.raft_tick_ms = kTickMs;
    options.version = version();
    service_ = std::make_unique<ControllerService>(std::move(options),
                                                   ControllerServiceParts{.port = &port_,
                                                                          .metadata = &metadata_,
                                                                          .events = events_.get(),
                                                                          .log = log_.get(),
                                                                          .metrics = &metrics_});
    return service_->start();
  }

  Status start_raft(std::unique_ptr<raft::LogStore> store, StopSignal& stop) {
    raft::GrpcTransportOptions transport_options;
    transport_options.cluster = identity_.wire_cluster();
    transport_options.self = identity_.replica();
    transport_options.listen = config_.raft_listener.text();
    transport_options.tls = {tls_.ca_pem, tls_.certificate_pem, tls_.key_pem};
    auto transport = raft::GrpcTransport::create(std::move(transport_options));
    QUORATE_TRY(transport.status());
    for (const auto& [id, address] : config_.voters) {
      if (raft::NodeId{id} != identity_.node) (*transport)->set_peer({id}, address);
    }
    auto snapshots = open_snapshots();
    QUORATE_TRY(snapshots.status());
    raft::ServerParts parts;
    parts.log_store = std::move(store);
    parts.transport = *std::move(transport);
    parts.state_machine = &metadata_;
    parts.snapshot_store = *std::move(snapshots);
    parts.events = raft_events_.get();
    parts.on_fatal = [this, &stop](const Status& why) {
      events_->flush();  // what led to it
      stop.request("fatal: " + to_string(why));
    };
    if (!config_.flight_recording_path.empty()) {
      parts.recording = [this](const std::string& bytes) { keep_recording(bytes); };
    }
    raft::ServerOptions options = to_server_options(config_);
    options.core.cluster = identity_.wire_cluster();
    options.core.self = identity_.replica();
    auto server = raft::Server::start(options, std::move(parts));
    QUORATE_TRY(server.status());
    raft_ = *std::move(server);
    port_.attach(*raft_);
    return Status::ok();
  }

  // On the raft thread, as the last thing it does.
  void keep_recording(const std::string& bytes) {
    std::ofstream file(config_.flight_recording_path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (!file) log_->error("flight recording", {{"not written to", config_.flight_recording_path}});
  }

  Result<std::unique_ptr<raft::SnapshotStore>> open_snapshots() {
    constexpr raft::GroupId kGroup{1};
    auto directory = raft::open_posix_directory(raft::snapshot_path(config_.data_dir, kGroup));
    QUORATE_TRY(directory.status());
    auto store = raft::FileSnapshotStore::open(*std::move(directory), {.group = kGroup});
    QUORATE_TRY(store.status());
    for (const Status& problem : (*store)->problems())
      log_->error("damaged snapshot", {{"why", problem.message()}});
    return std::unique_ptr<raft::SnapshotStore>(*std::move(store));
  }

  Status start_http() {
    metrics_.on_scrape([this](MetricsText& text) {
      write_raft_metrics(raft_->status(), raft_->metrics(), text);
      const auto leadership = service_->is_active() ? Leadership::kActive : Leadership::kStandby;
      write_image_metrics(*metadata_.image(), leadership, text);
      write_snapshot_metrics(raft_->metrics(), metadata_.snapshots_loaded(), text);
    });
    if (!config_.http_listener) return Status::ok();
    auto http = HttpServer::start(
        {.host = config_.http_listener->host, .port = config_.http_listener->port},
        {.metrics = [this] { return metrics_.render(); },
         .ready = [this] { return controller_ready_checks(raft_->status()); }});
    QUORATE_TRY(http.status());
    http_ = *std::move(http);
    return Status::ok();
  }

  void hand_over() {
    const raft::CoreStatus core = raft_->status().core;
    const auto ahead = std::ranges::max_element(core.peers, {}, [](const raft::PeerStatus& peer) {
      return std::pair(peer.state == "replicate", peer.match);
    });
    if (core.role != raft::Role::kLeader || ahead == core.peers.end()) return;
    log_->info("handing over the leadership", {{"to", ahead->replica.node.value}});
    const auto deadline = std::chrono::steady_clock::now() + kHandOverPatience;
    bool asked = raft_->transfer_leadership(ahead->replica.node).is_ok();
    while (asked && raft_->status().core.role == raft::Role::kLeader &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kTickMs));
    }
    if (raft_->status().core.role != raft::Role::kLeader) return;
    const Status stepped = raft_->step_down();
    if (!stepped.is_ok()) log_->warn("could not step down", {{"why", to_string(stepped)}});
  }

  const ControllerConfig config_;
  const TlsMaterial tls_;
  const raft::Identity identity_;
  Metrics metrics_;
  MetadataStateMachine metadata_;
  ServerPort port_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<EventStream> events_;
  std::unique_ptr<RaftEventLog> raft_events_;
  std::unique_ptr<MetadataEvents> metadata_events_;
  std::unique_ptr<ControllerService> service_;
  std::unique_ptr<raft::Server> raft_;
  std::unique_ptr<HttpServer> http_;
};

int run(const ControllerConfig& config) {
  StopSignal stop;
  auto tls = load_tls_files(config.tls, system_clock().wall_ms());
  if (!tls.is_ok()) return fail(tls.status(), ExitCode::kInvalidConfig);
  const Status names = check_names(config, *tls);
  if (!names.is_ok()) return fail(names, ExitCode::kInvalidConfig);
  const Status usable = check_data_dir(config.data_dir);
  if (!usable.is_ok()) return fail(usable, ExitCode::kFailed);
  raft::ExpectedIdentity expected{std::nullopt, node_of(config)};
  if (config.cluster_id) expected.cluster = to_raft(*config.cluster_id);
  const auto identity = raft::open_identity(config.data_dir, expected);
  if (!identity.is_ok()) return fail(identity.status(), ExitCode::kFailed);
  raft::RocksDbLogStoreOptions store_options;
  store_options.dir = config.data_dir;
  store_options.expected = expected;
  auto store = raft::RocksDbLogStore::open(std::move(store_options));
  if (!store.is_ok()) return fail(store.status(), ExitCode::kFailed);

  Controller controller(config, *std::move(tls), *identity);
  const Status started = controller.start(*std::move(store), stop);
  if (!started.is_ok()) return fail(started, ExitCode::kFailed);
  const std::string reason = stop.wait();
  controller.log().info("stopping", {{"why", reason}});
  const auto fatal = controller.fatal();
  controller.stop();
  controller.log().flush();
  if (fatal) return fail(fatal->with_context("stopped itself"), ExitCode::kFailed);
  return to_int(ExitCode::kOk);
}

int main_with(int argc, char** argv) {
  CLI::App app{"Metadata controller. Example: quorate-controller --config server.properties"};
  Arguments arguments;
  app.set_version_flag("--version", version_line("quorate-controller"));
  app.footer("Configuration keys (file, QUORATE_<KEY>, or --set key=value):\n" +
             controller_option_table().help_text() +
             "\nexit status: 0 ok, 1 failed, 2 usage, 3 invalid configuration");
  const auto add_options = [&arguments](CLI::App& command) {
    command.add_option("--config", arguments.config_file, "File in server.properties syntax");
    command.add_option("--set", arguments.sets, "key=value, before environment and file")
        ->allow_extra_args(false);
  };
  add_options(app);
  CLI::App* formatting = app.add_subcommand("format", "Make the data directory, once per disk");
  add_options(*formatting);
  formatting->add_option("--cluster-id", arguments.format.cluster_id, "22 characters of base64")
      ->required();
  auto* members = formatting->add_option_group("members");
  members
      ->add_option("--initial-controllers",
                   arguments.format.initial_controllers,
                   "Of a new cluster: <id>:<incarnation>,... the same on every controller")
      ->delimiter(',');
  members->add_flag("--no-initial-controllers",
                    arguments.no_initial_controllers,
                    "Into a cluster that runs: draws an incarnation for quorum add-controller");
  members->require_option(1);
  formatting->add_option("--fence",
                         arguments.format.fence,
                         "Of a quorum that was recovered, as quorate raft recover printed it");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? to_int(ExitCode::kOk) : to_int(ExitCode::kUsage);
  }
  const auto config = load_config(arguments);
  if (!config.is_ok()) return fail(config.status(), ExitCode::kInvalidConfig);
  if (!formatting->parsed()) return run(*config);
  const Status formatted = format(*config, arguments.format);
  if (formatted.is_ok()) return to_int(ExitCode::kOk);
  const bool usage = formatted.code() == Code::kInvalidArgument;
  return fail(formatted, usage ? ExitCode::kUsage : ExitCode::kFailed);
}

}  // namespace
}  // namespace quorate::controller

int main(int argc, char** argv) {
  quorate::silence_grpc();
  google::protobuf::SetLogHandler(nullptr);  // a stranger's malformed request is no line of ours
  return quorate::controller::main_with(argc, argv);
}
