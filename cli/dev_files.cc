// Certificates, configuration files and formatted data directories of a development cluster.
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "cli/dev_cluster.h"
#include "raft/transport/dev_certificates.h"

namespace quorate::cli {
namespace {

namespace fs = std::filesystem;

// Readable by its owner alone.
Status write_private(const std::string& path, const std::string& text) {
  const auto before = ::umask(0077);
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  ::umask(before);
  if (!file) return {Code::kIoError, "cannot write " + path};
  return {};
}

Status make_directory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return {Code::kIoError, "cannot make " + path + ": " + error.message()};
  fs::permissions(path, fs::perms::owner_all, error);
  return {};
}

// The names by which peers and clients know the process: docs/security.md.
std::vector<std::string> dns_names(const DevProcess& process) {
  if (process.kind == ProcessKind::kBroker) return {process.name() + ".quorate", "localhost"};
  return {process.name() + ".quorate", "controller.quorate", "localhost"};
}

Status issue(const DevCluster& cluster,
             const raft::KeyPair& ca,
             const std::string& name,
             std::vector<std::string> names) {
  const auto pair = raft::issue_certificate(
      ca, {.common_name = name, .dns_names = std::move(names), .ip_addresses = {"127.0.0.1"}});
  if (!pair.is_ok()) return pair.status().with_context("certificate of " + name);
  QUORATE_TRY(write_private(cluster.tls_path(name + ".pem"), pair->certificate_pem));
  return write_private(cluster.tls_path(name + ".key"), pair->key_pem);
}

Status write_certificates(const DevCluster& cluster) {
  QUORATE_TRY(make_directory(cluster.dir + "/tls"));
  const auto ca = raft::make_ca("quorate-dev " + cluster.cluster_id);
  if (!ca.is_ok()) return ca.status().with_context("certificate authority");
  QUORATE_TRY(write_private(cluster.tls_path("ca.pem"), ca->certificate_pem));
  QUORATE_TRY(write_private(cluster.tls_path("ca.key"), ca->key_pem));
  for (const auto& process : cluster.processes) {
    QUORATE_TRY(issue(cluster, *ca, process.name(), dns_names(process)));
  }
  return issue(cluster, *ca, "admin", {"admin.quorate"});
}

std::string local(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::string properties_of_both(const DevCluster& cluster, const DevProcess& process) {
  return "node.id=" + std::to_string(process.id) + "\n" +                              //
         "cluster.id=" + cluster.cluster_id + "\n" +                                   //
         "log.dirs=" + cluster.path_of(process, "data") + "\n" +                       //
         "event.stream.path=" + cluster.path_of(process, "events.jsonl") + "\n" +      //
         "ssl.ca.path=" + cluster.tls_path("ca.pem") + "\n" +                          //
         "ssl.certificate.path=" + cluster.tls_path(process.name() + ".pem") + "\n" +  //
         "ssl.key.path=" + cluster.tls_path(process.name() + ".key") + "\n";
}

std::string controller_properties(const DevCluster& cluster, const DevProcess& process) {
  std::string voters;
  std::string endpoints;
  for (const auto& other : cluster.processes) {
    if (other.kind != ProcessKind::kController) continue;
    voters += (voters.empty() ? "" : ",") + std::to_string(other.id) + "@" + local(other.raft_port);
    endpoints +=
        (endpoints.empty() ? "" : ",") + std::to_string(other.id) + "@" + local(other.service_port);
  }
  return "# Written by `quorate dev start`. Every key: docs/configuration.md.\n"
         "process.roles=controller\n" +
         properties_of_both(cluster, process) +            //
         "listeners=RAFT://" + local(process.raft_port) +  //
         ",CONTROLLER://" + local(process.service_port) +  //
         ",HTTP://" + local(process.http_port) + "\n" +    //
         "controller.quorum.voters=" + voters + "\n" +     //
         "controller.quorum.endpoints=" + endpoints + "\n";
}

std::string broker_properties(const DevCluster& cluster, const DevProcess& process) {
  return "# Written by `quorate dev start`. Every key: docs/configuration.md.\n"
         "process.roles=broker\n" +
         properties_of_both(cluster, process) +                     //
         "listeners=PLAINTEXT://" + local(process.service_port) +   //
         ",HTTP://" + local(process.http_port) + "\n" +             //
         "broker.rack=rack-" + std::to_string(process.id) + "\n" +  //
         "controller.quorum.bootstrap.servers=" + cluster.addresses(ProcessKind::kController) +
         "\n";
}

Status format_controller(const DevCluster& cluster, const DevProcess& process) {
  std::string initial;
  for (const auto& other : cluster.processes) {
    if (other.kind != ProcessKind::kController) continue;
    initial += (initial.empty() ? "" : ",") + std::to_string(other.id) + ":" + other.incarnation;
  }
  return run_process({own_directory() + "/quorate-controller",
                      "format",
                      "--config",
                      cluster.path_of(process, "server.properties"),
                      "--cluster-id",
                      cluster.cluster_id,
                      "--initial-controllers",
                      initial},
                     cluster.path_of(process, "log"))
      .with_context("formatting " + process.name());
}

}  // namespace

Status write_cluster_files(const DevCluster& cluster) {
  QUORATE_TRY(make_directory(cluster.dir));
  QUORATE_TRY(write_certificates(cluster));
  for (const auto& process : cluster.processes) {
    QUORATE_TRY(make_directory(cluster.dir + "/" + process.name()));
    const bool controller = process.kind == ProcessKind::kController;
    QUORATE_TRY(write_private(cluster.path_of(process, "server.properties"),
                              controller ? controller_properties(cluster, process)
                                         : broker_properties(cluster, process)));
    if (controller) QUORATE_TRY(format_controller(cluster, process));
  }
  return save_cluster(cluster);
}

}  // namespace quorate::cli
