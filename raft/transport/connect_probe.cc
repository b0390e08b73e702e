#include "raft/transport/connect_probe.h"

#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace quorate::raft {

namespace {

constexpr int kAttempts = 4;
constexpr int kTimeoutMs = 50;
constexpr std::chrono::microseconds kPause{700};

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

AddressList resolve(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  addrinfo* found = nullptr;
  if (colon != std::string::npos) {
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), address.c_str() + colon + 1, &wanted, &found) != 0) {
      found = nullptr;
    }
  }
  return {found, [](addrinfo* list) {
            if (list != nullptr) ::freeaddrinfo(list);
          }};
}

ProbeAnswer finish_connect(int descriptor, int timeout_ms) {
  pollfd waiting{descriptor, POLLOUT, 0};
  if (::poll(&waiting, 1, timeout_ms) != 1) return ProbeAnswer::kNoAnswer;
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
    return ProbeAnswer::kNoAnswer;
  }
  if (error == 0) return ProbeAnswer::kAccepted;
  return error == ECONNREFUSED ? ProbeAnswer::kRefused : ProbeAnswer::kNoAnswer;
}

}  // namespace

ProbeAnswer probe_once(const std::string& address, int timeout_ms) {
  const AddressList list = resolve(address);
  if (!list) return ProbeAnswer::kNoAnswer;
  const int descriptor =
      ::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, list->ai_protocol);
  if (descriptor < 0) return ProbeAnswer::kNoAnswer;
  ProbeAnswer answer = ProbeAnswer::kAccepted;
  if (::connect(descriptor, list->ai_addr, list->ai_addrlen) != 0) {
    if (errno == ECONNREFUSED) {
      answer = ProbeAnswer::kRefused;
    } else {
      answer =
          errno == EINPROGRESS ? finish_connect(descriptor, timeout_ms) : ProbeAnswer::kNoAnswer;
    }
  }
  ::close(descriptor);
  return answer;
}

bool is_process_gone(const std::string& address) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPause);
    const ProbeAnswer answer = probe_once(address, kTimeoutMs);
    if (answer != ProbeAnswer::kAccepted) return answer == ProbeAnswer::kRefused;
  }
  return false;
}

}  // namespace quorate::raft
