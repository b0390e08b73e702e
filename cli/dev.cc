#include "cli/dev.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include <httplib.h>

namespace quorate::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPollInterval{50};

enum class Health { kStopped, kStarting, kReady };

std::string_view to_string(Health health) {
  switch (health) {
    case Health::kStopped: return "stopped";
    case Health::kStarting: return "not ready";
    case Health::kReady: return "ready";
  }
  return "?";
}

struct Probe {
  Health health = Health::kStopped;
  std::string reason;  // first line of what /readyz says when not ready
};

Probe probe(const DevCluster& cluster, const DevProcess& process) {
  if (!is_alive(running_process(cluster, process))) return {};
  httplib::Client client("127.0.0.1", process.http_port);
  client.set_connection_timeout(std::chrono::seconds(1));
  client.set_read_timeout(std::chrono::seconds(2));
  const auto answer = client.Get("/readyz?verbose");
  if (!answer) return {Health::kStarting, "its HTTP port does not answer yet"};
  if (answer->status == 200) return {Health::kReady, {}};
  return {Health::kStarting, answer->body.substr(0, answer->body.find('\n'))};
}

// Whether `done` became true in time; asks it every kPollInterval.
bool wait_until(std::uint32_t seconds, const std::function<bool()>& done) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(seconds);
  while (!done()) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

bool is_empty_or_missing(const std::string& dir) {
  std::error_code error;
  return !fs::exists(dir, error) || fs::is_empty(dir, error);
}

// What write_cluster_files() and dev_start() made; nothing else in the directory.
void remove_files(const DevCluster& cluster) {
  std::error_code error;
  for (const auto& process : cluster.processes) {
    fs::remove_all(cluster.dir + "/" + process.name(), error);
  }
  fs::remove_all(cluster.dir + "/tls", error);
  fs::remove(cluster.dir + "/cluster.json", error);
  if (fs::is_empty(cluster.dir, error)) fs::remove(cluster.dir, error);
}

// What the processes wrote while they were being formatted.
std::string read_logs(const DevCluster& cluster) {
  std::ostringstream text;
  for (const auto& process : cluster.processes) {
    std::ifstream file(cluster.path_of(process, "log"));
    if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  }
  return text.str();
}

Result<DevCluster> load_or_make(const DevOptions& options) {
  auto cluster = load_cluster(options.dir);
  if (cluster.is_ok() || cluster.status().code() != Code::kNotFound) return cluster;
  if (!is_empty_or_missing(options.dir)) {
    return Status(Code::kFailedPrecondition,
                  options.dir + " is not empty and holds no cluster: choose another --dir");
  }
  cluster = lay_out(options.dir, options.shape);
  if (!cluster.is_ok()) return cluster;
  std::fprintf(
      stderr, "dev: making cluster %s in %s\n", cluster->cluster_id.c_str(), cluster->dir.c_str());
  const Status written = write_cluster_files(*cluster);
  if (written.is_ok()) return cluster;
  std::string log = read_logs(*cluster);
  remove_files(*cluster);
  return Status(written.code(), written.message() + (log.empty() ? "" : "\n" + log));
}

Status start_missing(const DevCluster& cluster) {
  for (const auto& process : cluster.processes) {
    if (is_alive(running_process(cluster, process))) continue;
    const bool controller = process.kind == ProcessKind::kController;
    const auto started =
        start_process({own_directory() + (controller ? "/quorate-controller" : "/quorate-broker"),
                       "--config",
                       cluster.path_of(process, "server.properties")},
                      cluster.path_of(process, "log"));
    if (!started.is_ok()) return started.status();
    QUORATE_TRY(save_process(cluster, process, *started));
    std::fprintf(stderr, "dev: started %s (pid %d)\n", process.name().c_str(), started->pid);
  }
  return {};
}

Status wait_ready(const DevCluster& cluster, std::uint32_t wait_seconds) {
  for (const auto& process : cluster.processes) {
    Probe last;
    const bool ready = wait_until(wait_seconds, [&] {
      last = probe(cluster, process);
      return last.health != Health::kStarting;
    });
    const std::string log = "; see " + cluster.path_of(process, "log");
    if (last.health == Health::kStopped) {
      return {Code::kUnavailable, process.name() + " ended while starting" + log};
    }
    if (!ready) {
      return {Code::kTimedOut,
              process.name() + " is not ready after " + std::to_string(wait_seconds) +
                  " s: " + last.reason + log};
    }
  }
  return {};
}

bool print_status(const DevCluster& cluster, Format format) {
  Listing listing("DevCluster", {"PROCESS", "STATE", "PID", "ADDRESS", "HTTP", "FILES"});
  listing.set_title("cluster " + cluster.cluster_id + " in " + cluster.dir);
  listing.set_field("clusterId", cluster.cluster_id);
  listing.set_field("dir", cluster.dir);
  listing.set_field("bootstrapServers", cluster.addresses(ProcessKind::kBroker));
  listing.set_field("controllers", cluster.addresses(ProcessKind::kController));
  bool all_ready = true;
  for (const auto& process : cluster.processes) {
    const auto seen = probe(cluster, process);
    all_ready = all_ready && seen.health == Health::kReady;
    const auto pid = seen.health == Health::kStopped ? 0 : running_process(cluster, process).pid;
    const std::string address = "127.0.0.1:" + std::to_string(process.service_port);
    const std::string http = "127.0.0.1:" + std::to_string(process.http_port);
    const std::string files = cluster.dir + "/" + process.name();
    listing.add({process.name(),
                 std::string(to_string(seen.health)),
                 pid == 0 ? "-" : std::to_string(pid),
                 address,
                 http,
                 files},
                {{"name", process.name()},
                 {"id", process.id},
                 {"state", to_string(seen.health)},
                 {"reason", seen.reason},
                 {"pid", pid},
                 {"address", address},
                 {"http", http},
                 {"files", files}});
  }
  listing.print(format);
  return all_ready;
}

// Those of the wanted processes that are still there after `wait_seconds`.
std::vector<DevProcess> signal_and_wait(const DevCluster& cluster,
                                        const std::vector<DevProcess>& wanted,
                                        int signal,
                                        std::uint32_t wait_seconds) {
  std::vector<DevProcess> left;
  for (const auto& process : wanted) {
    if (send_signal(running_process(cluster, process), signal)) left.push_back(process);
  }
  wait_until(wait_seconds, [&] {
    std::erase_if(left, [&](const DevProcess& process) {
      return !is_alive(running_process(cluster, process));
    });
    return left.empty();
  });
  return left;
}

}  // namespace

Status dev_start(const DevOptions& options, Format format) {
  const auto cluster = load_or_make(options);
  if (!cluster.is_ok()) return cluster.status();
  QUORATE_TRY(start_missing(*cluster));
  QUORATE_TRY(wait_ready(*cluster, options.wait_seconds));
  print_status(*cluster, format);
  return {};
}

Status dev_stop(const DevOptions& options) {
  const auto cluster = load_cluster(options.dir);
  if (!cluster.is_ok()) return cluster.status();
  // Brokers first: they hand over and say good-bye to controllers that still answer.
  std::vector<DevProcess> brokers;
  std::vector<DevProcess> controllers;
  for (const auto& process : cluster->processes) {
    (process.kind == ProcessKind::kBroker ? brokers : controllers).push_back(process);
  }
  for (const auto& group : {brokers, controllers}) {
    const auto stubborn = signal_and_wait(*cluster, group, SIGTERM, options.wait_seconds);
    for (const auto& process : stubborn) {
      std::fprintf(stderr,
                   "dev: %s did not end on SIGTERM within %u s: killing it\n",
                   process.name().c_str(),
                   options.wait_seconds);
    }
    if (!signal_and_wait(*cluster, stubborn, SIGKILL, options.wait_seconds).empty()) {
      return {Code::kInternal, "a process of the cluster cannot be ended"};
    }
  }
  std::fprintf(stderr, "dev: stopped; the data stays in %s\n", cluster->dir.c_str());
  return {};
}

Status dev_status(const DevOptions& options, Format format) {
  const auto cluster = load_cluster(options.dir);
  if (!cluster.is_ok()) return cluster.status();
  if (print_status(*cluster, format)) return {};
  return {Code::kUnavailable, "not every process is ready"};
}

Status dev_destroy(const DevOptions& options) {
  const auto cluster = load_cluster(options.dir);
  if (!cluster.is_ok()) return cluster.status();
  QUORATE_TRY(dev_stop(options));
  remove_files(*cluster);
  std::fprintf(stderr, "dev: removed the cluster in %s\n", cluster->dir.c_str());
  return {};
}

}  // namespace quorate::cli
