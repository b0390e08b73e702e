#include "cli/dev_cluster.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/held_port.h"
#include "raft/storage/identity.h"

namespace quorate::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kLayoutVersion = 1;

// Keeps the ports taken until the whole layout is drawn.
class PortSource {
 public:
  explicit PortSource(std::uint16_t base) : next_(base) {}

  Status draw(std::uint16_t& port) {
    auto held = next_ == 0 ? HeldPort::draw() : HeldPort::take(next_);
    if (!held.is_ok()) return held.status();
    port = held->port();
    held_.push_back(*std::move(held));
    if (next_ != 0) ++next_;
    return {};
  }

 private:
  std::uint16_t next_;
  std::vector<HeldPort> held_;
};

std::string_view kind_name(ProcessKind kind) {
  return kind == ProcessKind::kController ? "controller" : "broker";
}

Status write_text(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  std::ofstream file(next, std::ios::trunc);
  file << text;
  file.close();
  std::error_code error;
  if (file) fs::rename(next, path, error);
  if (!file || error) return {Code::kIoError, "cannot write " + path};
  return {};
}

}  // namespace

std::string DevProcess::name() const {
  return std::string(kind_name(kind)) + "-" + std::to_string(id);
}

std::string DevCluster::path_of(const DevProcess& process, std::string_view file) const {
  return dir + "/" + process.name() + "/" + std::string(file);
}

std::string DevCluster::tls_path(std::string_view file) const {
  return dir + "/tls/" + std::string(file);
}

std::vector<std::string> DevCluster::address_list(ProcessKind kind) const {
  std::vector<std::string> list;
  for (const auto& process : processes) {
    if (process.kind == kind) list.push_back("127.0.0.1:" + std::to_string(process.service_port));
  }
  return list;
}

std::string DevCluster::addresses(ProcessKind kind) const {
  std::string joined;
  for (const auto& address : address_list(kind)) {
    joined += (joined.empty() ? "" : ",") + address;
  }
  return joined;
}

Result<DevCluster> lay_out(const std::string& dir, const DevShape& shape) {
  DevCluster cluster;
  cluster.dir = fs::absolute(dir).lexically_normal().string();
  cluster.cluster_id = raft::to_string(raft::draw_uuid());
  PortSource ports(shape.base_port);
  for (std::int32_t id = 1; id <= shape.controllers; ++id) {
    DevProcess process{.kind = ProcessKind::kController, .id = id};
    process.incarnation = raft::to_string(raft::draw_uuid());
    QUORATE_TRY(ports.draw(process.raft_port));
    QUORATE_TRY(ports.draw(process.service_port));
    QUORATE_TRY(ports.draw(process.http_port));
    cluster.processes.push_back(std::move(process));
  }
  for (std::int32_t id = 1; id <= shape.brokers; ++id) {
    DevProcess process{.kind = ProcessKind::kBroker, .id = id};
    QUORATE_TRY(ports.draw(process.service_port));
    QUORATE_TRY(ports.draw(process.http_port));
    cluster.processes.push_back(std::move(process));
  }
  return cluster;
}

Result<DevCluster> load_cluster(const std::string& dir) {
  DevCluster cluster;
  cluster.dir = fs::absolute(dir).lexically_normal().string();
  const std::string path = cluster.dir + "/cluster.json";
  std::ifstream file(path);
  if (!file) return Status(Code::kNotFound, "there is no cluster in " + cluster.dir);
  const auto json = ordered_json::parse(file, nullptr, /*allow_exceptions=*/false);
  try {
    if (json.at("version") != kLayoutVersion) {
      return Status(Code::kUnsupported, path + " was written by another version");
    }
    cluster.cluster_id = json.at("cluster_id").get<std::string>();
    for (const auto& item : json.at("processes")) {
      DevProcess process;
      process.kind =
          item.at("kind") == "controller" ? ProcessKind::kController : ProcessKind::kBroker;
      process.id = item.at("id").get<std::int32_t>();
      process.incarnation = item.at("incarnation").get<std::string>();
      process.raft_port = item.at("raft_port").get<std::uint16_t>();
      process.service_port = item.at("service_port").get<std::uint16_t>();
      process.http_port = item.at("http_port").get<std::uint16_t>();
      cluster.processes.push_back(std::move(process));
    }
  } catch (const ordered_json::exception& error) {
    return Status(Code::kCorruption, path + ": " + error.what());
  }
  return cluster;
}

Status save_cluster(const DevCluster& cluster) {
  ordered_json list = ordered_json::array();
  for (const auto& process : cluster.processes) {
    list.push_back({{"kind", kind_name(process.kind)},
                    {"id", process.id},
                    {"incarnation", process.incarnation},
                    {"raft_port", process.raft_port},
                    {"service_port", process.service_port},
                    {"http_port", process.http_port}});
  }
  const ordered_json json = {
      {"version", kLayoutVersion}, {"cluster_id", cluster.cluster_id}, {"processes", list}};
  return write_text(cluster.dir + "/cluster.json", json.dump(2) + "\n");
}

ProcessRef running_process(const DevCluster& cluster, const DevProcess& process) {
  std::ifstream file(cluster.path_of(process, "pid"));
  ProcessRef ref;
  file >> ref.pid >> ref.start_ticks;
  return file ? ref : ProcessRef{};
}

Status save_process(const DevCluster& cluster, const DevProcess& process, const ProcessRef& ref) {
  std::ostringstream text;
  text << ref.pid << " " << ref.start_ticks << "\n";
  return write_text(cluster.path_of(process, "pid"), text.str());
}

}  // namespace quorate::cli
