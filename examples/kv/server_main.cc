// quorate-kv: one server of the replicated key-value store. Concrete classes meet here.
//
//   quorate-kv init --dir D      certificates, data directories and configurations on this machine
//   quorate-kv --config FILE     recovers, listens, serves until SIGTERM
//
// Prints "ready node=<id> address=<host:port>" once it serves. Exit status: 0 stopped as asked,
// 1 failed, 2 usage.
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "examples/kv/cluster_files.h"
#include "examples/kv/kv_service.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/transport/grpc_transport.h"

namespace quorate::kv {
namespace {

struct ServerArguments {
  std::uint64_t node = 0;
  std::string data_dir;
  std::vector<std::string> peers;    // "<node>=<host:port>" of the servers' raft ports
  std::vector<std::string> clients;  // the same, of the ports for clients
  raft::TlsFiles tls;
  std::uint32_t election_ms = 1000;
  std::uint32_t heartbeat_ms = 100;
  std::uint32_t lease_ms = 0;
  std::uint32_t clock_drift_ppm = 1000;
  std::uint32_t priority = 0;
  bool forward = false;
  std::uint64_t snapshot_every = 100'000;
  std::uint64_t snapshot_trailing = 10'000;
  std::string flight_recording;  // written at the end, however it comes; empty: not at all
};

using Addresses = std::map<std::uint64_t, std::string>;

constexpr std::uint32_t kTickMs = 10;

Result<Addresses> parse_addresses(const std::vector<std::string>& items, const char* option) {
  Addresses addresses;
  for (const std::string& item : items) {
    std::uint64_t node = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), node);
    const auto at = static_cast<std::size_t>(end - item.data());
    const bool fits = error == std::errc() && node > 0 && at + 1 < item.size() && item[at] == '=';
    if (!fits || !addresses.emplace(node, item.substr(at + 1)).second) {
      return Status(Code::kInvalidArgument,
                    std::string(option) + ": '" + item + "' is not <node>=<host:port>, or twice");
    }
  }
  return addresses;
}

// Everything of a running server; members end in reverse order.
class KvServer {
 public:
  Status start(const ServerArguments& arguments) {
    auto peers = parse_addresses(arguments.peers, "--peers");
    QUORATE_TRY(peers.status());
    auto clients = parse_addresses(arguments.clients, "--clients");
    QUORATE_TRY(clients.status());
    if (!peers->contains(arguments.node) || !clients->contains(arguments.node)) {
      return {Code::kInvalidArgument, "--peers and --clients must name --node as well"};
    }
    auto tls = raft::load_tls(arguments.tls, system_clock().wall_ms());
    QUORATE_TRY(tls.status());
    QUORATE_TRY(start_raft(arguments, *peers, *tls, *clients));
    auto service = KvService::start({.listen = clients->at(arguments.node), .tls = *std::move(tls)},
                                    *requests_);
    QUORATE_TRY(service.status());
    service_ = std::move(service).value();
    std::cout << "ready node=" << arguments.node << " address=" << clients->at(arguments.node)
              << std::endl;
    return Status::ok();
  }

  // Answers what waits; what stopped the server by itself, if anything did.
  Status stop() {
    const auto fatal = raft_->status().fatal;
    raft_->stop();
    service_->stop();
    return fatal ? *fatal : Status::ok();
  }

 private:
  Status start_raft(const ServerArguments& arguments,
                    const Addresses& peers,
                    const raft::TlsOptions& tls,
                    const Addresses& clients) {
    raft::RocksDbLogStoreOptions store_options;
    store_options.dir = arguments.data_dir;
    store_options.expected.node = raft::NodeId{arguments.node};
    auto store = raft::RocksDbLogStore::open(store_options);
    QUORATE_TRY(store.status());
    const raft::Identity identity = (*store)->identity();

    raft::GrpcTransportOptions transport_options;
    transport_options.cluster = identity.wire_cluster();
    transport_options.self = identity.replica();
    transport_options.listen = peers.at(arguments.node);
    transport_options.tls = tls;
    auto transport = raft::GrpcTransport::create(transport_options);
    QUORATE_TRY(transport.status());
    for (const auto& [node, address] : peers) {
      if (node != arguments.node) (*transport)->set_peer({node}, address);
    }

    raft::ServerOptions options;
    options.core.cluster = identity.wire_cluster();
    options.core.self = identity.replica();
    options.core.election_timeout_ticks = arguments.election_ms / kTickMs;
    options.core.election_jitter_ticks = options.core.election_timeout_ticks / 2;
    options.core.heartbeat_ticks = arguments.heartbeat_ms / kTickMs;
    options.core.lease_ns = arguments.lease_ms * 1'000'000ULL;
    options.core.clock_drift_ppm = arguments.clock_drift_ppm;
    options.core.priority = arguments.priority;
    options.core.forward_proposals = arguments.forward;
    options.snapshot_every_entries = arguments.snapshot_every;
    options.snapshot_trailing_entries = arguments.snapshot_trailing;
    options.tick_ns = kTickMs * 1'000'000LL;
    raft::ServerParts parts;
    parts.log_store = std::move(store).value();
    parts.transport = std::move(transport).value();
    parts.state_machine = &machine_;
    parts.on_fatal = [](const Status&) { ::kill(::getpid(), SIGTERM); };
    auto snapshots = open_snapshots(arguments.data_dir);
    QUORATE_TRY(snapshots.status());
    parts.snapshot_store = std::move(snapshots).value();
    if (!arguments.flight_recording.empty()) {
      parts.recording = [path = arguments.flight_recording](const std::string& bytes) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
      };
    }
    requests_ = std::make_unique<KvRequests>(clients, machine_);
    auto server = raft::Server::start(options, std::move(parts));
    QUORATE_TRY(server.status());
    raft_ = std::move(server).value();
    requests_->attach(*raft_);
    return Status::ok();
  }

  static Result<std::unique_ptr<raft::SnapshotStore>> open_snapshots(const std::string& data_dir) {
    auto directory = raft::open_posix_directory(raft::snapshot_path(data_dir, raft::GroupId{1}));
    QUORATE_TRY(directory.status());
    auto store = raft::FileSnapshotStore::open(*std::move(directory), {});
    QUORATE_TRY(store.status());
    for (const Status& problem : (*store)->problems())
      std::cerr << "quorate-kv: " << problem << '\n';
    return std::unique_ptr<raft::SnapshotStore>(*std::move(store));
  }

  KvStateMachine machine_;
  std::unique_ptr<KvRequests> requests_;
  std::unique_ptr<raft::Server> raft_;
  std::unique_ptr<KvService> service_;
};

int fail(const Status& status) {
  std::cerr << "quorate-kv: " << status << '\n';
  return status.code() == Code::kInvalidArgument ? 2 : 1;
}

int serve(const ServerArguments& arguments) {
  // Blocked before there is another thread, so that they come to sigwait() below.
  sigset_t signals{};
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  KvServer server;
  const Status started = server.start(arguments);
  if (!started.is_ok()) return fail(started);
  int signal = 0;
  ::sigwait(&signals, &signal);
  const Status fatal = server.stop();
  return fatal.is_ok() ? 0 : fail(fatal.with_context("stopped itself"));
}

int run(int argc, char** argv) {
  ::setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);  // a failed handshake is an ordinary event
  CLI::App app("One server of a replicated key-value store.", "quorate-kv");
  ServerArguments arguments;
  app.set_config("--config", "", "File with these options, one a line");
  app.add_option("--node", arguments.node, "This server's id");
  app.add_option("--data-dir", arguments.data_dir, "Formatted by init");
  app.add_option("--peers", arguments.peers, "<node>=<host:port> of every server's raft port");
  app.add_option("--clients", arguments.clients, "<node>=<host:port> of every port for clients");
  app.add_option("--ca", arguments.tls.ca, "Authority of all certificates, PEM");
  app.add_option("--certificate", arguments.tls.certificate, "This server's, PEM");
  app.add_option("--key", arguments.tls.key, "Its key, PEM, readable by its owner alone");
  app.add_option("--election-ms", arguments.election_ms)->check(CLI::Range(50U, 60'000U));
  app.add_option("--flight-recording",
                 arguments.flight_recording,
                 "Where the newest inputs of the core go at the end, for quorate raft replay");
  app.add_option("--heartbeat-ms", arguments.heartbeat_ms)->check(CLI::Range(10U, 10'000U));
  app.add_option("--lease-ms", arguments.lease_ms, "For get --lease; 0: no leases")
      ->check(CLI::Range(0U, 60'000U));
  app.add_option("--clock-drift-ppm", arguments.clock_drift_ppm, "No clock is wrong by more")
      ->check(CLI::Range(0U, raft::kClockDriftPpmMax));
  app.add_option("--priority", arguments.priority, "The highest shall lead");
  app.add_option("--snapshot-every", arguments.snapshot_every, "entries; then the log is compacted")
      ->check(CLI::PositiveNumber);
  app.add_option("--snapshot-trailing",
                 arguments.snapshot_trailing,
                 "entries before it that stay, for servers that lag a little");
  app.add_flag("--forward", arguments.forward, "Pass writes on to the leader, not clients to it");
  ClusterPlan plan;
  CLI::App* init = app.add_subcommand("init", "Makes the files of a cluster on this machine");
  init->add_option("--dir", plan.dir, "Empty, or not there yet")->required();
  init->add_option("--nodes", plan.nodes, "1, 3, 5, 7 or 9");
  init->add_option("--base-port", plan.base_port, "Two ports a node from here on")
      ->check(CLI::Range(1024, 65'000));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!*init) return serve(arguments);
  const Status made = make_cluster_files(plan);
  return made.is_ok() ? 0 : fail(made);
}

}  // namespace
}  // namespace quorate::kv

int main(int argc, char** argv) {
  return quorate::kv::run(argc, argv);
}
