#include "cli/dev_cluster.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <stdlib.h>

#include "cli/held_port.h"

namespace quorate::cli {
namespace {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "quorate-cli-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST_CASE("a layout has distinct free ports and an incarnation per controller", "[cli][dev]") {
  const auto cluster = lay_out("somewhere", {.controllers = 3, .brokers = 2});
  REQUIRE(cluster.is_ok());
  REQUIRE(cluster->processes.size() == 5);
  std::set<std::uint16_t> ports;
  std::set<std::string> incarnations;
  for (const auto& process : cluster->processes) {
    CHECK(ports.insert(process.service_port).second);
    CHECK(ports.insert(process.http_port).second);
    if (process.kind == ProcessKind::kBroker) continue;
    CHECK(ports.insert(process.raft_port).second);
    CHECK(incarnations.insert(process.incarnation).second);
    CHECK(process.incarnation.size() == 22);
  }
  CHECK(fs::path(cluster->dir).is_absolute());
}

TEST_CASE("ports follow a base port and a taken one is named", "[cli][dev]") {
  // Some port beside a free one may be taken: bases are tried until three in a row are free.
  Result<DevCluster> cluster = Status(Code::kUnavailable, "not tried");
  std::uint16_t base = 0;
  for (int attempt = 0; attempt < 100 && !cluster.is_ok(); ++attempt) {
    base = HeldPort::draw()->port();
    cluster = lay_out("somewhere", {.controllers = 1, .brokers = 0, .base_port = base});
  }
  REQUIRE(cluster.is_ok());
  CHECK(cluster->processes[0].raft_port == base);
  CHECK(cluster->processes[0].service_port == base + 1);
  CHECK(cluster->processes[0].http_port == base + 2);

  const auto held = HeldPort::draw();
  REQUIRE(held.is_ok());
  const auto refused =
      lay_out("somewhere", {.controllers = 1, .brokers = 0, .base_port = held->port()});
  CHECK(refused.status().code() == Code::kUnavailable);
  CHECK(refused.status().message() == "port " + std::to_string(held->port()) + " is taken");
}

TEST_CASE("a saved cluster is loaded as it was", "[cli][dev]") {
  const TemporaryDirectory dir;
  const auto made = lay_out(dir.path(), {.controllers = 3, .brokers = 3});
  REQUIRE(made.is_ok());
  REQUIRE(save_cluster(*made).is_ok());
  const auto loaded = load_cluster(dir.path());
  REQUIRE(loaded.is_ok());
  CHECK(loaded->cluster_id == made->cluster_id);
  REQUIRE(loaded->processes.size() == made->processes.size());
  for (std::size_t i = 0; i < made->processes.size(); ++i) {
    CHECK(loaded->processes[i].name() == made->processes[i].name());
    CHECK(loaded->processes[i].service_port == made->processes[i].service_port);
    CHECK(loaded->processes[i].incarnation == made->processes[i].incarnation);
  }
  CHECK(loaded->addresses(ProcessKind::kBroker) == made->addresses(ProcessKind::kBroker));
}

TEST_CASE("a directory without a cluster and a damaged one are told apart", "[cli][dev]") {
  const TemporaryDirectory dir;
  CHECK(load_cluster(dir.path()).status().code() == Code::kNotFound);
  std::ofstream(dir.path() + "/cluster.json") << "{\"version\": 1";
  CHECK(load_cluster(dir.path()).status().code() == Code::kCorruption);
  std::ofstream(dir.path() + "/cluster.json") << "{\"version\": 99}";
  CHECK(load_cluster(dir.path()).status().code() == Code::kUnsupported);
}

TEST_CASE("a process without a pid file is not running", "[cli][dev]") {
  const TemporaryDirectory dir;
  const auto cluster = lay_out(dir.path(), {.controllers = 1, .brokers = 0});
  REQUIRE(cluster.is_ok());
  CHECK(running_process(*cluster, cluster->processes[0]).pid == 0);
}

}  // namespace
}  // namespace quorate::cli
