#include "tests/process/child.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quorate::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kChildPatience = std::chrono::seconds(25);
constexpr auto kChildGlance = std::chrono::milliseconds(10);

}  // namespace

Child::Child(const std::string& program,
             std::vector<std::string> arguments,
             const ChildFiles& files,
             std::vector<std::string> environment) {
  const std::string path = std::string(QUORATE_BIN_DIR "/") + program;
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  for (std::string& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ != 0) return;
  for (std::string& variable : environment)
    ::putenv(variable.data());
  ::dup2(::open(files.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
  ::dup2(::open(files.errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  kill();
  pid_ = std::exchange(other.pid_, 0);
  return *this;
}

bool Child::is_alive() const {
  siginfo_t ended{};  // it stays to be waited for, so that its id cannot become another's
  return pid_ > 0 &&
         ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

void Child::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int Child::wait() {
  if (pid_ <= 0) return -1;
  const auto deadline = Clock::now() + kChildPatience;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) ::kill(pid_, SIGKILL);
    std::this_thread::sleep_for(kChildGlance);
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Child::terminate() {
  if (pid_ > 0) ::kill(pid_, SIGTERM);
  return wait();
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace quorate::testing
