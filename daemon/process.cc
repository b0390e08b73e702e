#include "daemon/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "raft/base/check.h"
#include "raft/base/mutex.h"

#ifndef QUORATE_VERSION
#error "QUORATE_VERSION comes from the build"
#endif

namespace quorate {

class StopSignal::Reason {
 public:
  void keep_first(std::string_view reason) {
    const MutexLock lock(mutex_);
    if (text_.empty()) text_ = reason;
  }
  [[nodiscard]] std::string text() const {
    const MutexLock lock(mutex_);
    return text_;
  }

 private:
  mutable Mutex mutex_;
  std::string text_ QUORATE_GUARDED_BY(mutex_);
};

StopSignal::StopSignal() : reason_(std::make_unique<Reason>()) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed socket is an error code, not an end
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  QUORATE_CHECK(pthread_sigmask(SIG_BLOCK, &stops, nullptr) == 0);
  signal_fd_ = ::signalfd(-1, &stops, SFD_CLOEXEC);
  wake_fd_ = ::eventfd(0, EFD_CLOEXEC);
  QUORATE_CHECK(signal_fd_ >= 0 && wake_fd_ >= 0);
}

StopSignal::~StopSignal() {
  ::close(signal_fd_);
  ::close(wake_fd_);
}

std::string StopSignal::wait() {
  std::array<pollfd, 2> watched = {pollfd{signal_fd_, POLLIN, 0}, pollfd{wake_fd_, POLLIN, 0}};
  while (::poll(watched.data(), watched.size(), -1) < 0)
    QUORATE_CHECK(errno == EINTR);
  if ((watched[1].revents & POLLIN) != 0) return reason_->text();
  signalfd_siginfo info{};
  QUORATE_CHECK(::read(signal_fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info));
  return info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM";
}

void StopSignal::request(std::string_view reason) {
  reason_->keep_first(reason.empty() ? "requested" : reason);
  const std::uint64_t one = 1;
  QUORATE_CHECK(::write(wake_fd_, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
}

void print_ready(std::string_view kind, std::initializer_list<Field> fields) {
  std::string line = "ready ";
  line += kind;
  for (const Field& field : fields)
    append_logfmt_field(line, field);
  line += '\n';
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

void silence_grpc() {
  constexpr int kKeepWhatIsSet = 0;
  QUORATE_CHECK(::setenv("GRPC_VERBOSITY", "NONE", kKeepWhatIsSet) == 0);
}

std::string_view version() {
  return QUORATE_VERSION;
}

std::string version_line(std::string_view program) {
  return std::string(program) + ' ' + std::string(version());
}

void print_error(const Status& status) {
  std::string line = "error[" + std::string(to_string(status.code())) + "]: " + status.message();
  for (char& symbol : line) {
    if (symbol == '\n') symbol = ' ';
  }
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

int to_int(ExitCode code) {
  return static_cast<int>(code);
}

}  // namespace quorate
