#include "tests/process/live_cluster.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/wait.h>

#include "tests/process/child.h"

namespace quorate::testing {
namespace {

std::string new_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "quorate-process-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  return name;
}

}  // namespace

Ran run_shell(const std::string& command, int seconds_max) {
  const std::string dir = new_directory();
  std::ofstream(dir + "/command") << command << '\n';
  const std::string whole = "timeout " + std::to_string(seconds_max) + " bash " + dir +
                            "/command >" + dir + "/out 2>" + dir + "/err </dev/null";
  const int ended = std::system(whole.c_str());
  Ran ran{WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, text_of(dir + "/out"), text_of(dir + "/err")};
  std::filesystem::remove_all(dir);
  return ran;
}

LiveCluster::LiveCluster(int brokers) : root_(new_directory()), dir_(root_ + "/cluster") {
  const Ran started =
      run_shell(std::string(QUORATE_BIN_DIR) + "/quorate --dir " + dir_ +
                    " dev start --base-port 0 --wait 60 --brokers " + std::to_string(brokers),
                120);
  INFO(started.errors);
  REQUIRE(started.status == 0);
  const auto layout = nlohmann::json::parse(text_of(dir_ + "/cluster.json"));
  const auto status = nlohmann::json::parse(cli("dev status -o json").output);
  REQUIRE(layout["processes"].size() == status["items"].size());
  for (std::size_t at = 0; at < status["items"].size(); ++at) {
    const auto& ports = layout["processes"][at];
    const auto& running = status["items"][at];
    processes_.push_back({running["name"],
                          running["pid"],
                          ports["raft_port"],
                          ports["service_port"],
                          ports["http_port"]});
  }
}

LiveCluster::~LiveCluster() {
  const Ran ended = cli("dev destroy");
  if (ended.status != 0) std::fprintf(stderr, "dev destroy: %s\n", ended.errors.c_str());
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

const LiveProcess& LiveCluster::process(const std::string& name) const {
  const auto found = std::ranges::find(processes_, name, &LiveProcess::name);
  REQUIRE(found != processes_.end());
  return *found;
}

bool LiveCluster::is_whole() const {
  const auto status = nlohmann::json::parse(cli("dev status -o json").output);
  return std::ranges::all_of(processes_, [&](const LiveProcess& process) {
    return std::ranges::any_of(status["items"], [&](const auto& now) {
      return now["pid"] == process.pid && now["state"] == "ready";
    });
  });
}

Ran LiveCluster::cli(const std::string& arguments) const {
  return run_shell(std::string(QUORATE_BIN_DIR) + "/quorate --dir " + dir_ + " " + arguments, 60);
}

std::string LiveCluster::bootstrap() const {
  std::string servers;
  for (const LiveProcess& process : processes_) {
    if (process.is_controller()) continue;
    servers += (servers.empty() ? "" : ",");
    servers += "127.0.0.1:" + std::to_string(process.service_port);
  }
  return servers;
}

std::string LiveCluster::pem(const std::string& file) const {
  return text_of(dir_ + "/tls/" + file);
}

}  // namespace quorate::testing
