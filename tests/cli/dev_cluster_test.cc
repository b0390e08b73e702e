#include "cli/dev_cluster.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>
#include <stdlib.h>

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

TEST_CASE("a taken port is named", "[cli][dev]") {
  const auto first = lay_out("somewhere", {.controllers = 1, .brokers = 0});
  REQUIRE(first.is_ok());
  const auto port = first->processes[0].raft_port;
  const auto again = lay_out("somewhere", {.controllers = 1, .brokers = 0, .base_port = port});
  REQUIRE(again.is_ok());
  CHECK(again->processes[0].raft_port == port);
  CHECK(again->processes[0].service_port == port + 1);
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
