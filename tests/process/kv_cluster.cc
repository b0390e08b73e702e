#include "tests/process/kv_cluster.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quorate::testing {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(25);
constexpr auto kGlance = std::chrono::milliseconds(10);

}  // namespace

KvCluster::KvCluster(int nodes) : servers_(static_cast<std::size_t>(nodes)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "quorate-kv-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  dir_ = pattern;
  Child init(
      "quorate-kv", {"init", "--nodes", std::to_string(nodes), "--dir", path("cluster")}, {});
  REQUIRE(init.wait() == 0);
}

KvCluster::~KvCluster() {
  for (Child& server : servers_)
    server.kill();
  std::filesystem::remove_all(dir_);
}

void KvCluster::configure(int node, const std::string& line) {
  std::ofstream(path("cluster/node-" + std::to_string(node) + "/server.conf"), std::ios::app)
      << line << '\n';
}

void KvCluster::launch(int node, std::vector<std::string> environment) {
  const std::string name = std::to_string(node);
  const ChildFiles files{path("server-" + name), path("server-" + name + ".errors")};
  std::filesystem::remove(files.output);
  server(node) = Child("quorate-kv",
                       {"--config", path("cluster/node-" + name + "/server.conf")},
                       files,
                       std::move(environment));
}

void KvCluster::start(int node) {
  launch(node);
  const std::string name = std::to_string(node);
  const ChildFiles files{path("server-" + name), path("server-" + name + ".errors")};
  const auto deadline = Clock::now() + kPatience;
  while (text_of(files.output).find("ready node=" + name) == std::string::npos) {
    INFO(text_of(files.errors));
    REQUIRE(server(node).is_alive());
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(kGlance);
  }
}

int KvCluster::leader() const {
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    const ProgramEnd asked = run("quorate-kv-cli", {"-o", "json", "status"});
    const auto answer = nlohmann::json::parse(asked.output, nullptr, /*allow_exceptions=*/false);
    REQUIRE_FALSE(answer.is_discarded());
    for (const auto& server : answer["servers"]) {
      if (server["reachable"] == true && server["role"] == "leader") return server["node"];
    }
  }
  FAIL("nobody leads");
  return 0;
}

ProgramEnd KvProgram::end() {
  const int code = child.wait();
  return {code, text_of(files.output), text_of(files.errors)};
}

KvProgram KvCluster::begin(const std::string& program,
                           const std::vector<std::string>& arguments) const {
  static int count = 0;
  std::vector<std::string> words = {"--config", path("cluster/client.conf")};
  if (program == "quorate-history") words.clear();
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::string name = path("run-" + std::to_string(++count));
  const ChildFiles files{name, name + ".errors"};
  return {Child(program, words, files), files};
}

ProgramEnd KvCluster::run(const std::string& program,
                          const std::vector<std::string>& arguments) const {
  return begin(program, arguments).end();
}

}  // namespace quorate::testing
