#include "examples/kv/cluster_files.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "raft/storage/identity.h"
#include "raft/transport/dev_certificates.h"
#include "raft/transport/tls.h"

namespace quorate::kv {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kNodesMax = 9;
// Below the range from which the kernel takes ports for outgoing connections.
constexpr std::uint16_t kPortMin = 15'000;
constexpr std::uint16_t kPortMax = 32'000;

struct Ports {
  std::uint16_t raft;
  std::uint16_t clients;
};

struct Cluster {
  ClusterPlan plan;
  std::vector<Ports> ports;  // by node, from 1
  raft::KeyPair ca;
  raft::ClusterId id;
  raft::Membership membership;

  [[nodiscard]] std::string node_dir(std::uint32_t node) const {
    return plan.dir + "/node-" + std::to_string(node);
  }
};

std::string local(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

bool is_free(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(socket);
  return bound == 0;
}

Result<std::vector<Ports>> choose_ports(const ClusterPlan& plan) {
  std::vector<std::uint16_t> chosen;
  if (plan.base_port != 0) {
    for (std::uint32_t i = 0; i < 2 * plan.nodes; ++i)
      chosen.push_back(static_cast<std::uint16_t>(plan.base_port + i));
  } else {
    std::random_device device;
    std::uniform_int_distribution<std::uint16_t> draw(kPortMin, kPortMax);
    std::set<std::uint16_t> taken;
    for (int tries = 0; tries < 1000 && taken.size() < 2 * plan.nodes; ++tries) {
      const std::uint16_t port = draw(device);
      if (is_free(port)) taken.insert(port);
    }
    chosen.assign(taken.begin(), taken.end());
  }
  if (chosen.size() < 2 * plan.nodes) return Status(Code::kUnavailable, "no free ports");
  std::vector<Ports> ports;
  for (std::size_t i = 0; i < plan.nodes; ++i)
    ports.push_back({chosen[2 * i], chosen[2 * i + 1]});
  return ports;
}

// Readable by its owner alone.
Status write_private(const std::string& path, const std::string& text) {
  const auto before = ::umask(0077);
  std::ofstream file(path, std::ios::trunc | std::ios::binary);
  file << text;
  file.close();
  ::umask(before);
  return file ? Status::ok() : Status(Code::kIoError, "cannot write " + path);
}

Status issue(const Cluster& cluster,
             const std::string& path,
             std::vector<std::string> names,
             const std::string& common_name) {
  const auto pair = raft::issue_certificate(cluster.ca,
                                            {.common_name = common_name,
                                             .dns_names = std::move(names),
                                             .ip_addresses = {"127.0.0.1"},
                                             .valid_from_days = -1});
  QUORATE_TRY(pair.status());
  QUORATE_TRY(write_private(path + ".pem", pair->certificate_pem));
  return write_private(path + ".key", pair->key_pem);
}

std::string tls_lines(const Cluster& cluster, const std::string& path) {
  return "ca=\"" + cluster.plan.dir + "/ca.pem\"\ncertificate=\"" + path + ".pem\"\nkey=\"" + path +
         ".key\"\n";
}

Status write_node(const Cluster& cluster, std::uint32_t node) {
  const std::string dir = cluster.node_dir(node);
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return {Code::kIoError, "cannot make " + dir + ": " + error.message()};
  const raft::ReplicaId& self = cluster.membership.voters[node - 1];
  QUORATE_TRY(raft::format_data_dir(
      dir + "/data",
      {.cluster = cluster.id, .node = self.node, .incarnation = self.incarnation},
      {.group = {1}, .membership = cluster.membership}));
  const std::string name = raft::peer_dns_name(self.node);
  QUORATE_TRY(issue(cluster, dir + "/cert", {name, "localhost"}, name));
  std::string peers;
  std::string clients;
  for (std::uint32_t other = 1; other <= cluster.plan.nodes; ++other) {
    const std::string comma = other == 1 ? "" : ", ";
    const Ports& ports = cluster.ports[other - 1];
    peers += comma + '"' + std::to_string(other) + '=' + local(ports.raft) + '"';
    clients += comma + '"' + std::to_string(other) + '=' + local(ports.clients) + '"';
  }
  return write_private(
      server_config(cluster.plan.dir, node),
      "# Written by `quorate-kv init`; each line is an option of quorate-kv.\nnode=" +
          std::to_string(node) + "\ndata-dir=\"" + dir + "/data\"\npeers=[" + peers +
          "]\nclients=[" + clients + "]\n" + tls_lines(cluster, dir + "/cert"));
}

Status write_client(const Cluster& cluster) {
  const std::string path = cluster.plan.dir + "/client";
  QUORATE_TRY(issue(cluster, path, {"client.quorate"}, "client"));
  std::string servers;
  for (const Ports& ports : cluster.ports)
    servers += (servers.empty() ? "\"" : ", \"") + local(ports.clients) + '"';
  return write_private(client_config(cluster.plan.dir),
                       "# Written by `quorate-kv init`; for quorate-kv-cli and quorate-kv-load.\n"
                       "servers=[" +
                           servers + "]\n" + tls_lines(cluster, path));
}

}  // namespace

std::string server_config(const std::string& dir, std::uint32_t node) {
  return dir + "/node-" + std::to_string(node) + "/server.conf";
}

std::string client_config(const std::string& dir) {
  return dir + "/client.conf";
}

Status make_cluster_files(const ClusterPlan& plan) {
  if (plan.nodes == 0 || plan.nodes > kNodesMax || plan.nodes % 2 == 0) {
    return {Code::kInvalidArgument, "a cluster has 1, 3, 5, 7 or 9 nodes"};
  }
  std::error_code error;
  const fs::path dir = fs::absolute(plan.dir, error);
  if (fs::exists(dir, error) && !fs::is_empty(dir, error)) {
    return {Code::kAlreadyExists, dir.string() + " is not empty"};
  }
  fs::create_directories(dir, error);
  if (error) return {Code::kIoError, "cannot make " + dir.string() + ": " + error.message()};
  fs::permissions(dir, fs::perms::owner_all, error);

  Cluster cluster{.plan = plan, .ports = {}, .ca = {}, .id = raft::draw_uuid(), .membership = {}};
  cluster.plan.dir = dir.string();
  auto ports = choose_ports(plan);
  QUORATE_TRY(ports.status());
  cluster.ports = std::move(ports).value();
  auto ca = raft::make_ca("quorate-kv " + raft::to_string(cluster.id));
  QUORATE_TRY(ca.status());
  cluster.ca = std::move(ca).value();
  QUORATE_TRY(write_private(cluster.plan.dir + "/ca.pem", cluster.ca.certificate_pem));
  for (std::uint64_t node = 1; node <= plan.nodes; ++node)
    cluster.membership.voters.push_back({{node}, raft::draw_uuid()});
  for (std::uint32_t node = 1; node <= plan.nodes; ++node)
    QUORATE_TRY(write_node(cluster, node));
  return write_client(cluster);
}

}  // namespace quorate::kv
