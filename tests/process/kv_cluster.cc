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
constexpr const char* kBinDir = QUORATE_BIN_DIR "/";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

pid_t spawn(const std::string& program, std::vector<std::string> words, const std::string& output) {
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::string errors = output + ".errors";
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::dup2(::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  ::dup2(::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
  ::execv((kBinDir + program).c_str(), argv.data());
  ::_exit(127);
}

// The exit status; -1 when it ended by a signal or not in time (it is then killed).
int wait_for(pid_t pid) {
  const auto deadline = Clock::now() + kPatience;
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(kGlance);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

KvCluster::KvCluster() {
  std::string pattern = (std::filesystem::temp_directory_path() / "quorate-kv-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  dir_ = pattern;
  const ProgramEnd made =
      end(spawn("quorate-kv", {"init", "--dir", path("cluster")}, path("init")));
  REQUIRE(made.code == 0);
}

KvCluster::~KvCluster() {
  for (int node = 1; node <= kNodes; ++node)
    kill(node);
  std::filesystem::remove_all(dir_);
}

void KvCluster::start(int node) {
  const std::string name = std::to_string(node);
  const std::string output = path("server-" + name);
  std::filesystem::remove(output);
  pid_t& pid = pids_.at(static_cast<std::size_t>(node - 1));
  pid = spawn("quorate-kv", {"--config", path("cluster/node-" + name + "/server.conf")}, output);
  const auto deadline = Clock::now() + kPatience;
  while (text_of(output).find("ready node=" + name) == std::string::npos) {
    INFO(text_of(output + ".errors"));
    REQUIRE(is_alive(node));
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(kGlance);
  }
}

void KvCluster::kill(int node) {
  pid_t& pid = pids_.at(static_cast<std::size_t>(node - 1));
  if (pid == 0) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = 0;
}

int KvCluster::terminate(int node) {
  pid_t& pid = pids_.at(static_cast<std::size_t>(node - 1));
  ::kill(pid, SIGTERM);
  const int code = wait_for(pid);
  pid = 0;
  return code;
}

bool KvCluster::is_alive(int node) const {
  const pid_t pid = pids_.at(static_cast<std::size_t>(node - 1));
  return pid != 0 && ::waitpid(pid, nullptr, WNOHANG) == 0;
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

pid_t KvCluster::begin(const std::string& program,
                       const std::vector<std::string>& arguments) const {
  static int count = 0;
  std::vector<std::string> words = {"--config", path("cluster/client.conf")};
  if (program == "quorate-history") words.clear();
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::string output = path("run-" + std::to_string(++count));
  const pid_t pid = spawn(program, words, output);
  std::ofstream(path("output-of-" + std::to_string(pid))) << output;
  return pid;
}

ProgramEnd KvCluster::end(pid_t pid) const {
  ProgramEnd ended;
  ended.code = wait_for(pid);
  const std::string output = text_of(path("output-of-" + std::to_string(pid)));
  ended.output = text_of(output);
  ended.errors = text_of(output + ".errors");
  return ended;
}

ProgramEnd KvCluster::run(const std::string& program,
                          const std::vector<std::string>& arguments) const {
  return end(begin(program, arguments));
}

}  // namespace quorate::testing
