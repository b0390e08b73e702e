// A TCP port of 127.0.0.1 that stays taken as long as the object lives: how a cluster on one
// machine comes to distinct free ports before its processes run.
//
// Ports that nobody names are drawn below the range from which the kernel takes ports for outgoing
// connections: what is free now is not taken by some client's connection a moment later.
// Thread: any, one at a time.
#pragma once

#include <cstdint>

#include "raft/base/status.h"

namespace quorate {

class HeldPort {
 public:
  static constexpr std::uint16_t kDrawnMin = 15'000;
  static constexpr std::uint16_t kDrawnMax = 32'000;

  // kUnavailable when `port` is taken.
  static Result<HeldPort> take(std::uint16_t port);
  // A port of [kDrawnMin, kDrawnMax] at random; kUnavailable when none of many was free.
  static Result<HeldPort> draw();

  HeldPort(HeldPort&& other) noexcept;
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  HeldPort& operator=(HeldPort&&) = delete;
  ~HeldPort();  // the port is free again

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // The listening socket; connections to it are accepted by the kernel alone.
  [[nodiscard]] int socket() const { return socket_; }

 private:
  HeldPort(int socket, std::uint16_t port) : socket_(socket), port_(port) {}

  int socket_;
  std::uint16_t port_;
};

}  // namespace quorate
