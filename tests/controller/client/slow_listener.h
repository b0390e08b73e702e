// SlowListener: takes connections of gRPC clients with TLS, answers each handshake late, and says
// nothing after it: enough for a channel to be ready.
//
// No gRPC server: the threads of one would move on every channel of the process, also those for
// which nobody waits, and hide what happens in a process that is a client only.
//
// Owner: one test. Thread: one of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

namespace quorate::controller {

class SlowListener {
 public:
  // Each handshake is answered `late` after its connection was taken.
  SlowListener(std::uint16_t port, std::chrono::milliseconds late);
  ~SlowListener();
  SlowListener(const SlowListener&) = delete;
  SlowListener& operator=(const SlowListener&) = delete;

  // Connections that the client gave up before its handshake was answered.
  [[nodiscard]] int given_up() const { return given_up_.load(); }

 private:
  struct Sockets;
  void run();
  void serve(int socket);

  const std::chrono::milliseconds late_;
  std::atomic<int> given_up_{0};
  std::unique_ptr<Sockets> sockets_;
  std::thread thread_;
};

}  // namespace quorate::controller
