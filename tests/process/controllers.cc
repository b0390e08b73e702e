#include "tests/process/controllers.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "quorate/controller/v1/query.pb.h"

#include "cli/held_port.h"

namespace quorate::testing {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(20);
constexpr auto kGlance = std::chrono::milliseconds(10);
constexpr const char* kProgram = "quorate-controller";
constexpr const char* kInitial =
    "1:AAAAAAAAAAAAAAAAAAAAAQ,2:AAAAAAAAAAAAAAAAAAAAAg,3:AAAAAAAAAAAAAAAAAAAAAw";

std::string local(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

Controllers::Controllers(int spares)
    : ports_(static_cast<std::size_t>(kCount + spares)), processes_(ports_.size()) {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "quorate-process-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  dir_ = pattern;
  ca_ = raft::make_ca("process test").value();
  write("ca.pem", ca_.certificate_pem);
  std::vector<HeldPort> held;
  for (auto& ports : ports_) {
    for (auto& port : ports) {
      held.push_back(HeldPort::draw().value());
      port = held.back().port();
    }
  }
  std::string voters;
  std::string endpoints;
  const int count = kCount + spares;
  for (int id = 1; id <= count; ++id) {
    const std::string comma = id == 1 ? "" : ",";
    voters += comma + std::to_string(id) + '@' + local(ports(id)[0]);
    endpoints += comma + std::to_string(id) + '@' + local(ports(id)[1]);
  }
  write_certificate("admin", {"admin.quorate"});
  for (int id = 1; id <= count; ++id) {
    const std::string name = "controller-" + std::to_string(id);
    write_certificate(name, {name + ".quorate", "controller.quorate"});
    write(std::to_string(id) + ".properties",
          "process.roles=controller\nnode.id=" + std::to_string(id) + "\nlog.dirs=" + dir_ + "/d" +
              std::to_string(id) + "\nlisteners=RAFT://" + local(ports(id)[0]) + ",CONTROLLER://" +
              local(ports(id)[1]) + ",HTTP://" + local(ports(id)[2]) +
              "\ncontroller.quorum.voters=" + voters + "\ncontroller.quorum.endpoints=" +
              endpoints + "\nssl.ca.path=" + dir_ + "/ca.pem\nssl.certificate.path=" + dir_ + '/' +
              name + ".pem\nssl.key.path=" + dir_ + '/' + name + ".key\n");
    if (id <= kCount) format(id);
  }
}

void Controllers::write_certificate(const std::string& name,
                                    std::vector<std::string> dns_names) const {
  const auto pair =
      raft::issue_certificate(ca_, {.common_name = name, .dns_names = std::move(dns_names)});
  write(name + ".pem", pair->certificate_pem);
  write(name + ".key", pair->key_pem);
}

std::string Controllers::format_to_join(int id) const {
  std::filesystem::remove_all(dir_ + "/d" + std::to_string(id));
  const Ended formatted = run({"format",
                               "--config",
                               config(id),
                               "--cluster-id",
                               "AAAAAAAAAAAAAAAAAAAAZQ",
                               "--no-initial-controllers"});
  INFO(formatted.errors);
  REQUIRE(formatted.code == 0);
  const std::string words = "add-controller ";
  const std::size_t at = formatted.output.find(words);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + words.size();
  return formatted.output.substr(begin, formatted.output.find('\n', begin) - begin);
}

Ended Controllers::quorate(const std::vector<std::string>& arguments) const {
  std::string addresses;
  for (const auto& ports : ports_)
    addresses += (addresses.empty() ? "" : ",") + local(ports[1]);
  std::vector<std::string> all = {"-c",
                                  addresses,
                                  "--ca",
                                  dir_ + "/ca.pem",
                                  "--cert",
                                  dir_ + "/admin.pem",
                                  "--key",
                                  dir_ + "/admin.key",
                                  "-o",
                                  "json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run("quorate", all);
}

void Controllers::format(int id) const {
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

void Controllers::empty_disk(int id) const {
  std::filesystem::remove_all(dir_ + "/d" + std::to_string(id));
  format(id);
}

Controllers::~Controllers() {
  for (Child& process : processes_)
    process.kill();
  std::filesystem::remove_all(dir_);
}

void Controllers::write(const std::string& name, const std::string& text) const {
  const std::string path = dir_ + '/' + name;
  std::ofstream(path, std::ios::trunc) << text;
  ::chmod(path.c_str(), 0600);
}

void Controllers::start(int id, const std::vector<std::string>& sets) {
  std::vector<std::string> arguments = {"--config", config(id)};
  std::vector<std::string> all = settings_;
  all.insert(all.end(), sets.begin(), sets.end());
  for (const std::string& setting : all)
    arguments.insert(arguments.end(), {"--set", setting});
  process(id) = Child(kProgram, arguments, {.errors = dir_ + "/log" + std::to_string(id)});
}

void Controllers::start_all() {
  for (int id = 1; id <= kCount; ++id)
    start(id);
  REQUIRE(leader() != 0);
}

std::string Controllers::log(int id) const {
  return text_of(dir_ + "/log" + std::to_string(id));
}

Ended Controllers::run(const std::string& program,
                       const std::vector<std::string>& arguments) const {
  const std::string errors = dir_ + "/errors";
  const std::string output = dir_ + "/output";
  std::filesystem::remove(errors);
  const auto begin = Clock::now();
  Ended ended;
  ended.code = Child(program, arguments, {.output = output, .errors = errors}).wait();
  ended.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  ended.output = text_of(output);
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
  for (const auto& ports : ports_)
    options.controllers.push_back(local(ports[1]));
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
