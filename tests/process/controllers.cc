#include "tests/process/controllers.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "quorate/controller/v1/query.pb.h"

#include "raft/base/random.h"

namespace quorate::testing {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kGlance = std::chrono::milliseconds(10);
constexpr const char* kProgram = QUORATE_BIN_DIR "/quorate-controller";
constexpr const char* kInitial =
    "1:AAAAAAAAAAAAAAAAAAAAAQ,2:AAAAAAAAAAAAAAAAAAAAAg,3:AAAAAAAAAAAAAAAAAAAAAw";

// Below the range from which the kernel takes ports for outgoing connections: what is free now is
// not taken by any client a moment later.
constexpr std::uint16_t kPortMin = 15'000;
constexpr std::uint16_t kPortMax = 32'000;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  return Listener().port();
}

std::string local(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
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

Listener::Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  static Random random(std::random_device{}());
  int bound = -1;
  for (int attempt = 0; attempt < 100 && bound != 0; ++attempt) {
    port_ = static_cast<std::uint16_t>(random.between(kPortMin, kPortMax));
    const sockaddr_in address = loopback(port_);
    bound = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  REQUIRE(bound == 0);
  REQUIRE(::listen(socket_, 1) == 0);
}

Listener::~Listener() {
  ::close(socket_);
}

Controllers::Controllers() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "quorate-process-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  dir_ = pattern;
  ca_ = raft::make_ca("process test").value();
  write("ca.pem", ca_.certificate_pem);
  for (auto& ports : ports_) {
    for (auto& port : ports)
      port = free_port();
  }
  std::string voters;
  std::string endpoints;
  for (int id = 1; id <= kCount; ++id) {
    const std::string comma = id == 1 ? "" : ",";
    voters += comma + std::to_string(id) + '@' + local(ports(id)[0]);
    endpoints += comma + std::to_string(id) + '@' + local(ports(id)[1]);
  }
  for (int id = 1; id <= kCount; ++id) {
    const std::string name = "controller-" + std::to_string(id);
    const auto pair = raft::issue_certificate(
        ca_, {.common_name = name, .dns_names = {name + ".quorate", "controller.quorate"}});
    write(name + ".pem", pair->certificate_pem);
    write(name + ".key", pair->key_pem);
    write(std::to_string(id) + ".properties",
          "process.roles=controller\nnode.id=" + std::to_string(id) + "\nlog.dirs=" + dir_ + "/d" +
              std::to_string(id) + "\nlisteners=RAFT://" + local(ports(id)[0]) + ",CONTROLLER://" +
              local(ports(id)[1]) + ",HTTP://" + local(ports(id)[2]) +
              "\ncontroller.quorum.voters=" + voters + "\ncontroller.quorum.endpoints=" +
              endpoints + "\nssl.ca.path=" + dir_ + "/ca.pem\nssl.certificate.path=" + dir_ + '/' +
              name + ".pem\nssl.key.path=" + dir_ + '/' + name + ".key\n");
    const Ended formatted = run({"format",
                                 "--config",
                                 config(id),
                                 "--cluster-id",
                                 "AAAAAAAAAAAAAAAAAAAAZQ",
                                 "--initial-controllers",
                                 kInitial});
    INFO(formatted.errors);
    REQUIRE(formatted.code == 0);
  }
}

Controllers::~Controllers() {
  for (int id = 1; id <= kCount; ++id)
    kill(id);
  std::filesystem::remove_all(dir_);
}

void Controllers::write(const std::string& name, const std::string& text) const {
  const std::string path = dir_ + '/' + name;
  std::ofstream(path, std::ios::trunc) << text;
  ::chmod(path.c_str(), 0600);
}

pid_t Controllers::spawn(const std::vector<std::string>& arguments,
                         const std::string& errors) const {
  std::vector<std::string> words = {kProgram};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int nothing = ::open("/dev/null", O_WRONLY);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::execv(kProgram, argv.data());
  ::_exit(127);
}

void Controllers::start(int id, const std::vector<std::string>& sets) {
  std::vector<std::string> arguments = {"--config", config(id)};
  for (const std::string& set : sets) {
    arguments.emplace_back("--set");
    arguments.push_back(set);
  }
  pids_.at(static_cast<std::size_t>(id - 1)) = spawn(arguments, dir_ + "/log" + std::to_string(id));
}

void Controllers::start_all() {
  for (int id = 1; id <= kCount; ++id)
    start(id);
  REQUIRE(leader() != 0);
}

void Controllers::kill(int id) {
  pid_t& pid = pids_.at(static_cast<std::size_t>(id - 1));
  if (pid == 0) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = 0;
}

int Controllers::terminate(int id) {
  pid_t& pid = pids_.at(static_cast<std::size_t>(id - 1));
  ::kill(pid, SIGTERM);
  const int code = wait_for(pid);
  pid = 0;
  return code;
}

bool Controllers::is_alive(int id) const {
  const pid_t pid = pids_.at(static_cast<std::size_t>(id - 1));
  return pid != 0 && ::waitpid(pid, nullptr, WNOHANG) == 0;
}

std::string Controllers::log(int id) const {
  return text_of(dir_ + "/log" + std::to_string(id));
}

Ended Controllers::run(const std::vector<std::string>& arguments) const {
  const std::string errors = dir_ + "/errors";
  std::filesystem::remove(errors);
  const auto begin = Clock::now();
  Ended ended;
  ended.code = wait_for(spawn(arguments, errors));
  ended.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  ended.errors = text_of(errors);
  return ended;
}

std::string Controllers::config(int id) const {
  return dir_ + '/' + std::to_string(id) + ".properties";
}

std::array<std::uint16_t, 3> Controllers::ports(int id) const {
  return ports_.at(static_cast<std::size_t>(id - 1));
}

std::unique_ptr<controller::ControllerClient> Controllers::client(const std::string& name) const {
  const auto pair = raft::issue_certificate(ca_, {.common_name = name, .dns_names = {name}});
  controller::ClientOptions options;
  for (int id = 1; id <= kCount; ++id)
    options.controllers.push_back(local(ports(id)[1]));
  options.tls = {.ca_pem = ca_.certificate_pem,
                 .certificate_pem = pair->certificate_pem,
                 .key_pem = pair->key_pem};
  return controller::ControllerClient::create(std::move(options)).value();
}

int Controllers::leader() const {
  const auto admin = client("admin.quorate");
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    for (const std::string& address : admin->controllers()) {
      const auto answer = admin->describe_quorum(address, {.timeout_ms = 500});
      if (answer.is_ok() && answer->role() == "leader") return answer->node_id();
    }
    std::this_thread::sleep_for(kGlance);
  }
  return 0;
}

}  // namespace quorate::testing
