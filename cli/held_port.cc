#include "cli/held_port.h"

#include <random>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace quorate {
namespace {

constexpr int kDrawsMax = 1'000;

}  // namespace

Result<HeldPort> HeldPort::take(std::uint16_t port) {
  HeldPort held(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port);
  const int on = 1;
  ::setsockopt(held.socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (held.socket_ < 0 ||
      ::bind(held.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(held.socket_, 1) != 0) {
    return Status(Code::kUnavailable, "port " + std::to_string(port) + " is taken");
  }
  return held;
}

Result<HeldPort> HeldPort::draw() {
  std::random_device source;
  std::uniform_int_distribution<std::uint16_t> ports(kDrawnMin, kDrawnMax);
  for (int i = 0; i < kDrawsMax; ++i) {
    auto held = take(ports(source));
    if (held.is_ok()) return held;
  }
  return Status(Code::kUnavailable,
                "no free port in " + std::to_string(kDrawnMin) + ".." + std::to_string(kDrawnMax));
}

HeldPort::HeldPort(HeldPort&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), port_(other.port_) {}

HeldPort::~HeldPort() {
  if (socket_ >= 0) ::close(socket_);
}

}  // namespace quorate
