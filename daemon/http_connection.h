// HttpConnection: one accepted connection as cpp-httplib reads and writes it, with the bounds that
// the library lacks: it reads a request line and headers of any length, for as long as bytes come.
//
//   bytes   at most request_bytes_max are taken from the socket; then reading fails
//   time    what is read must come within timeout_ms of the first read, however it is cut up, and
//           the answer must be taken within timeout_ms of the first write
//
// Owner: HttpServer, one per connection. Thread: the one that serves it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <httplib.h>

namespace quorate {

class HttpConnection : public httplib::Stream {
 public:
  // Takes the socket and closes it in the end.
  HttpConnection(int socket, std::size_t request_bytes_max, std::int64_t timeout_ms);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Whether the other side wanted to send more than request_bytes_max.
  [[nodiscard]] bool is_too_long() const { return too_long_; }
  // Whether anything was answered.
  [[nodiscard]] bool has_answered() const { return write_until_.has_value(); }

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* into, std::size_t size) override;
  ssize_t write(const char* from, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;  // set at the first use
  [[nodiscard]] bool wait(short event, Deadline& until) const;
  [[nodiscard]] bool refill();

  const int socket_;
  const std::chrono::milliseconds timeout_;
  std::size_t bytes_left_;  // that may still be taken from the socket
  bool too_long_ = false;
  mutable Deadline read_until_;
  mutable Deadline write_until_;
  // Taken from the socket and not yet read: the library reads lines byte by byte.
  std::array<char, 2048> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace quorate
