#include "bench/bench_cluster.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/held_port.h"
#include "raft/storage/identity.h"
#include "raft/transport/dev_certificates.h"
#include "raft/transport/tls.h"

namespace quorate::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNodeVerb = "node";

Status write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file || ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return {Code::kIoError, "cannot write " + path};
  }
  return Status::ok();
}

Status write_certificate(const raft::KeyPair& ca, std::size_t at, const std::string& dir) {
  const std::string name = raft::peer_dns_name(replica(at).node);
  const auto pair = raft::issue_certificate(ca,
                                            {.common_name = name,
                                             .dns_names = {name, "localhost"},
                                             .ip_addresses = {"127.0.0.1"},
                                             .valid_from_days = -1});
  QUORATE_TRY(pair.status());
  QUORATE_TRY(write_file(dir + "/ca.pem", ca.certificate_pem));
  QUORATE_TRY(write_file(dir + "/cert.pem", pair->certificate_pem));
  return write_file(dir + "/key.pem", pair->key_pem);
}

}  // namespace

std::string BenchCluster::dir_of(std::size_t at) const {
  return dir_ + "/node-" + std::to_string(at);
}

Status BenchCluster::format() {
  const auto ca = raft::make_ca("bench");
  QUORATE_TRY(ca.status());
  raft::Bootstrap group{.group = {1}, .membership = {}};
  for (std::size_t at = 0; at < kNodes; ++at)
    group.membership.voters.push_back(replica(at));
  for (std::size_t at = 0; at < kNodes; ++at) {
    std::error_code error;
    fs::create_directories(dir_of(at), error);
    if (error) return {Code::kIoError, "cannot make " + dir_of(at)};
    QUORATE_TRY(raft::format_data_dir(
        dir_of(at) + "/data",
        {.cluster = cluster_id(), .node = replica(at).node, .incarnation = replica(at).incarnation},
        group));
    QUORATE_TRY(write_certificate(*ca, at, dir_of(at)));
  }
  return Status::ok();
}

Result<std::unique_ptr<BenchCluster>> BenchCluster::start(const NodeOptions& node,
                                                          std::string dir) {
  std::unique_ptr<BenchCluster> cluster(new BenchCluster(node, std::move(dir)));
  QUORATE_TRY(cluster->format());
  std::vector<HeldPort> held;
  while (held.size() < kNodes) {
    auto port = HeldPort::draw();
    QUORATE_TRY(port.status());
    cluster->node_.ports.push_back(port->port());
    held.push_back(*std::move(port));
  }
  held.clear();
  QUORATE_TRY(cluster->restart_all());
  return cluster;
}

Status BenchCluster::restart(std::size_t at) {
  QUORATE_TRY(launch(at));
  return nodes_[at]->read_line().status();
}

void BenchCluster::kill_all() {
  for (auto& node : nodes_)
    node->kill();
}

Status BenchCluster::restart_all() {
  for (std::size_t at = 0; at < kNodes; ++at)
    QUORATE_TRY(launch(at));
  for (auto& node : nodes_)
    QUORATE_TRY(node->read_line().status());
  return Status::ok();
}

Status BenchCluster::launch(std::size_t at) {
  NodeOptions options = node_;
  options.at = at;
  options.dir = dir_of(at);
  auto process = Process::start(to_arguments(options));
  QUORATE_TRY(process.status());
  nodes_[at] = std::move(process).value();
  return Status::ok();
}

BenchCluster::~BenchCluster() {
  for (auto& node : nodes_)
    node.reset();
  std::error_code ignored;  // what cannot be removed stays
  fs::remove_all(dir_, ignored);
}

Result<std::size_t> BenchCluster::leader() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (std::chrono::steady_clock::now() < end) {
    for (std::size_t at = 0; at < kNodes; ++at) {
      const auto role = nodes_[at]->ask("role");
      if (role.is_ok() && *role == "leader") return at;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return Status(Code::kTimedOut, "nobody leads");
}

std::int64_t BenchCluster::cpu_ns() const {
  std::int64_t sum = 0;
  for (const auto& node : nodes_)
    sum += node->cpu_ns();
  return sum;
}

std::vector<std::string> to_arguments(const NodeOptions& options) {
  std::string ports;
  for (const std::uint16_t port : options.ports)
    ports += std::to_string(port) + " ";
  return {std::string(kNodeVerb),
          options.path,
          std::to_string(options.at),
          options.dir,
          ports,
          std::to_string(options.plaintext ? 1 : 0),
          std::to_string(options.election_ticks),
          std::to_string(options.heartbeat_ticks),
          std::to_string(options.in_flight_max),
          std::to_string(options.poll_us),
          std::to_string(options.entry_bytes),
          std::to_string(options.groups)};
}

std::optional<NodeOptions> parse_arguments(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 12 || words[0] != kNodeVerb) return std::nullopt;
  NodeOptions options;
  options.path = words[1];
  options.at = std::stoul(words[2]);
  options.dir = words[3];
  std::istringstream ports(words[4]);
  std::uint16_t port = 0;
  while (ports >> port)
    options.ports.push_back(port);
  options.plaintext = words[5] == "1";
  options.election_ticks = static_cast<std::uint32_t>(std::stoul(words[6]));
  options.heartbeat_ticks = static_cast<std::uint32_t>(std::stoul(words[7]));
  options.in_flight_max = static_cast<std::uint32_t>(std::stoul(words[8]));
  options.poll_us = std::stol(words[9]);
  options.entry_bytes = std::stoul(words[10]);
  options.groups = std::stoul(words[11]);
  return options;
}

int bench_main(int argc,
               char** argv,
               CLI::App& app,
               const std::function<Status()>& run,
               const std::function<int(const NodeOptions&)>& serve_node) {
  if (const auto node = parse_arguments(argc, argv)) return serve_node(*node);
  CLI11_PARSE(app, argc, argv);
  ::signal(SIGPIPE, SIG_IGN);  // a node that is gone is an answer
  const Status status = run();
  if (!status.is_ok()) std::cerr << status << '\n';
  return status.is_ok() ? 0 : 1;
}

}  // namespace quorate::bench
