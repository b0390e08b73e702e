#include "controller/service/gone_probe.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "raft/base/mutex.h"

namespace quorate::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A dying process closes its sockets one after another: the listener may outlive the session's by
// a moment. After the last attempt the session timer is about to decide anyway.
constexpr std::array<int, 5> kAttemptsAfterMs = {0, 10, 50, 200, 700};

// Whether connecting to this one address is refused.
bool is_refused(const addrinfo& address, std::int64_t timeout_ms) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  int error = 0;
  if (::connect(socket, address.ai_addr, address.ai_addrlen) != 0) error = errno;
  if (error == EINPROGRESS) {
    pollfd watched{socket, POLLOUT, 0};
    socklen_t length = sizeof error;
    if (::poll(&watched, 1, static_cast<int>(timeout_ms)) != 1 ||
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
      error = ETIMEDOUT;
    }
  }
  ::close(socket);
  return error == ECONNREFUSED;
}

}  // namespace

bool refuses_connections(const std::string& host, std::uint16_t port, std::int64_t timeout_ms) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  bool refused = found != nullptr;
  for (const addrinfo* next = found; next != nullptr && refused; next = next->ai_next) {
    refused = is_refused(*next, timeout_ms);
  }
  ::freeaddrinfo(found);
  return refused;
}

class GoneProbe::Impl {
 public:
  Impl(ProbeOptions options, Hooks hooks) : options_(options), hooks_(std::move(hooks)) {
    thread_ = std::thread([this] { run(); });
  }

  void watch(ProbeTarget target) {
    const MutexLock lock(mutex_);
    if (watched_.size() >= options_.targets_max) return;
    watched_.push_back({std::move(target), steady_clock::now(), 0});
    condition_.notify_one();
  }

  void stop() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      condition_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Watched {
    ProbeTarget target;
    steady_clock::time_point since;
    std::size_t attempt = 0;
    [[nodiscard]] steady_clock::time_point due() const {
      return since + milliseconds(kAttemptsAfterMs.at(attempt));
    }
  };

  void run() {
    std::vector<Watched> due;
    while (take_due(due)) {
      for (Watched& watched : due)
        probe(std::move(watched));
      due.clear();
    }
  }

  // Waits until something is due. False: stopped.
  bool take_due(std::vector<Watched>& due) {
    constexpr auto kIdle = milliseconds(1000);
    const MutexLock lock(mutex_);
    while (!stopping_) {
      const auto now = steady_clock::now();
      auto wake = now + kIdle;
      for (auto next = watched_.begin(); next != watched_.end();) {
        if (next->due() > now) {
          wake = std::min(wake, next->due());
          ++next;
          continue;
        }
        due.push_back(std::move(*next));
        next = watched_.erase(next);
      }
      if (!due.empty()) return true;
      condition_.wait_for(mutex_, wake - now);
    }
    return false;
  }

  void probe(Watched watched) {
    if (!hooks_.still_absent(watched.target)) return;
    const ProbeTarget& target = watched.target;
    if (refuses_connections(target.host, target.port, options_.connect_timeout_ms)) {
      if (hooks_.still_absent(target)) hooks_.gone(target);
      return;
    }
    if (++watched.attempt >= kAttemptsAfterMs.size()) return;
    const MutexLock lock(mutex_);
    watched_.push_back(std::move(watched));
  }

  const ProbeOptions options_;
  const Hooks hooks_;
  Mutex mutex_;
  CondVar condition_;
  std::deque<Watched> watched_ QUORATE_GUARDED_BY(mutex_);
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

GoneProbe::GoneProbe(ProbeOptions options, Hooks hooks)
    : impl_(std::make_unique<Impl>(options, std::move(hooks))) {}
GoneProbe::~GoneProbe() {
  stop();
}

void GoneProbe::watch(ProbeTarget target) {
  impl_->watch(std::move(target));
}
void GoneProbe::stop() {
  impl_->stop();
}

}  // namespace quorate::controller
