#include "bench/process.h"

#include <array>
#include <fstream>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace quorate::bench {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Status(Code::kIoError, "no pipe");
  return Pipe{.read = ends[0], .write = ends[1]};
}

// The number behind `name` in a file of what the kernel knows of a process; 0 when it is not there.
std::uint64_t proc_field(pid_t pid, const std::string& file, const std::string& name) {
  std::ifstream fields("/proc/" + std::to_string(pid) + "/" + file);
  std::string word;
  std::uint64_t value = 0;
  while (fields >> word && word != name)
    fields.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  fields >> value;
  return value;
}

}  // namespace

Result<std::unique_ptr<Process>> Process::start(const std::vector<std::string>& arguments) {
  const auto input = make_pipe();
  QUORATE_TRY(input.status());
  const auto output = make_pipe();
  QUORATE_TRY(output.status());

  std::vector<std::string> words = arguments;
  words.insert(words.begin(), "quorate-bench-node");
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input->read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output->write, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input->read);
  ::close(output->write);
  if (error != 0) return Status(Code::kIoError, "the child does not start");
  return std::unique_ptr<Process>(new Process(pid, input->write, output->read));
}

Process::~Process() {
  kill();
  ::close(input_);
  ::close(output_);
}

void Process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Process::freeze() {
  if (pid_ >= 0) ::kill(pid_, SIGSTOP);
}

void Process::thaw() {
  if (pid_ >= 0) ::kill(pid_, SIGCONT);
}

Result<std::string> Process::ask(const std::string& line) {
  const std::string sent = line + "\n";
  if (pid_ < 0 || ::write(input_, sent.data(), sent.size()) < 0) {
    return Status(Code::kUnavailable, "the node has ended");
  }
  return read_line();
}

Result<std::string> Process::read_line() {
  std::array<char, 4096> some{};
  std::size_t end = read_.find('\n');
  while (end == std::string::npos) {
    const ssize_t got = ::read(output_, some.data(), some.size());
    if (got <= 0) return Status(Code::kUnavailable, "the node has ended");
    read_.append(some.data(), static_cast<std::size_t>(got));
    end = read_.find('\n');
  }
  std::string line = read_.substr(0, end);
  read_.erase(0, end + 1);
  return line;
}

std::uint64_t Process::resident_bytes() const {
  return proc_field(pid_, "status", "VmRSS:") * 1024;  // the kernel says kB
}

std::uint64_t Process::written_bytes() const {
  return proc_field(pid_, "io", "write_bytes:");
}

std::int64_t cpu_ns_of(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (pid < 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return 0;
  }
  return used.tv_sec * 1'000'000'000LL + used.tv_nsec;
}

}  // namespace quorate::bench
