#include "daemon/http_connection.h"

#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace quorate {
namespace {

using std::chrono::steady_clock;

using AddressOf = int (*)(int, sockaddr*, socklen_t*);

// Numeric, or left as it is when the socket has no such address.
void tell_address(AddressOf address_of, int socket, std::string& ip, int& port) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (address_of(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    const auto& address = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
    port = ntohs(address.sin_port);
  } else if (storage.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
    port = ntohs(address.sin6_port);
  }
  ip = text.data();
}

}  // namespace

HttpConnection::HttpConnection(int socket, std::size_t request_bytes_max, std::int64_t timeout_ms)
    : socket_(socket), timeout_(timeout_ms), bytes_left_(request_bytes_max) {}

HttpConnection::~HttpConnection() {
  ::shutdown(socket_, SHUT_RDWR);
  ::close(socket_);
}

bool HttpConnection::wait(short event, Deadline& until) const {
  if (!until) until = steady_clock::now() + timeout_;
  pollfd watched{socket_, event, 0};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - steady_clock::now());
    if (left.count() <= 0) return false;
    const int found = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (found > 0) return true;
    if (found < 0 && errno != EINTR) return false;
  }
}

bool HttpConnection::is_readable() const {
  return begin_ < end_ || wait(POLLIN, read_until_);
}

bool HttpConnection::is_writable() const {
  return wait(POLLOUT, write_until_);
}

// Whether the buffer has bytes again. Only called when it has none.
bool HttpConnection::refill() {
  if (!wait(POLLIN, read_until_)) return false;
  if (bytes_left_ == 0) {
    too_long_ = true;
    return false;
  }
  const ssize_t got = ::recv(socket_, buffer_.data(), std::min(buffer_.size(), bytes_left_), 0);
  if (got <= 0) return false;
  begin_ = 0;
  end_ = static_cast<std::size_t>(got);
  bytes_left_ -= end_;
  return true;
}

ssize_t HttpConnection::read(char* into, std::size_t size) {
  if (begin_ == end_ && !refill()) return -1;
  const std::size_t taken = std::min(size, end_ - begin_);
  std::copy_n(buffer_.data() + begin_, taken, into);
  begin_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t HttpConnection::write(const char* from, std::size_t size) {
  if (!is_writable()) return -1;
  return ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void HttpConnection::get_remote_ip_and_port(std::string& ip, int& port) const {
  tell_address(::getpeername, socket_, ip, port);
}

void HttpConnection::get_local_ip_and_port(std::string& ip, int& port) const {
  tell_address(::getsockname, socket_, ip, port);
}

}  // namespace quorate
