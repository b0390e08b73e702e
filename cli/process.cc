#include "cli/process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quorate::cli {
namespace {

struct Stat {
  char state = 'X';
  std::uint64_t start_ticks = 0;
};

// /proc/<pid>/stat: the name in parentheses may hold anything, so fields are counted behind it.
std::optional<Stat> read_stat(std::int32_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  Stat stat;
  fields >> stat.state;
  std::string skipped;
  constexpr int kFieldsBetween = 18;  // 4..21
  for (int i = 0; i < kFieldsBetween; ++i)
    fields >> skipped;
  fields >> stat.start_ticks;
  if (!fields) return std::nullopt;
  return stat;
}

std::vector<char*> argv_of(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const auto& word : command)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  return argv;
}

Status errno_status(const std::string& what) {
  return {Code::kIoError, what + ": " + std::strerror(errno)};
}

Result<pid_t> spawn(const std::vector<std::string>& command, const std::string& log_path) {
  const int log = ::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log < 0) return errno_status("cannot open " + log_path);
  const auto argv = argv_of(command);
  const pid_t pid = ::fork();
  if (pid < 0) {
    ::close(log);
    return errno_status("cannot start " + command.front());
  }
  if (pid == 0) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], std::strerror(errno));
    ::_exit(127);
  }
  ::close(log);
  return pid;
}

}  // namespace

Result<ProcessRef> start_process(const std::vector<std::string>& command,
                                 const std::string& log_path) {
  const auto pid = spawn(command, log_path);
  if (!pid.is_ok()) return pid.status();
  const auto stat = read_stat(*pid);
  if (!stat) return Status(Code::kInternal, command.front() + " ended at once; see " + log_path);
  return ProcessRef{*pid, stat->start_ticks};
}

Status run_process(const std::vector<std::string>& command, const std::string& log_path) {
  const auto pid = spawn(command, log_path);
  if (!pid.is_ok()) return pid.status();
  int status = 0;
  while (::waitpid(*pid, &status, 0) < 0) {
    if (errno != EINTR) return errno_status("waiting for " + command.front());
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return {Code::kInternal, command.front() + " failed; see " + log_path};
}

bool is_alive(const ProcessRef& process) {
  if (process.pid <= 0) return false;
  ::waitpid(process.pid, nullptr, WNOHANG);  // in case it is our own child
  const auto stat = read_stat(process.pid);
  return stat && stat->state != 'Z' && stat->start_ticks == process.start_ticks;
}

bool send_signal(const ProcessRef& process, int signal) {
  return is_alive(process) && ::kill(process.pid, signal) == 0;
}

std::string own_directory() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string(".") : self.parent_path().string();
}

}  // namespace quorate::cli
