#include "tests/broker-stub/net/raw_client.h"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "broker-stub/kafka/messages/headers.h"
#include "raft/base/check.h"

namespace quorate::broker {

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  QUORATE_CHECK(socket_ >= 0);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  QUORATE_CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
}

RawClient::~RawClient() {
  ::close(socket_);
}

void RawClient::send(std::string_view bytes) const {
  // The listener may have closed meanwhile: what matters is what the test then receives.
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::read_exactly(char* into, std::size_t size) const {
  while (size > 0) {
    const ssize_t got = ::recv(socket_, into, size, 0);
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<std::string> RawClient::receive() const {
  std::array<char, 4> prefix{};
  if (!read_exactly(prefix.data(), prefix.size())) return std::nullopt;
  const std::int32_t size = kafka::Reader({prefix.data(), prefix.size()}).int32();
  QUORATE_CHECK(size >= 4);
  std::string payload(static_cast<std::size_t>(size), '\0');
  if (!read_exactly(payload.data(), payload.size())) return std::nullopt;
  return payload;
}

bool RawClient::is_closed_by_peer() const {
  std::array<char, 4096> rest{};
  while (true) {
    const ssize_t got = ::recv(socket_, rest.data(), rest.size(), 0);
    if (got > 0) continue;
    // A reset is as closed as an orderly end; running out of patience is neither.
    return got == 0 || errno != EAGAIN;
  }
}

bool RawClient::is_closed_within(std::chrono::milliseconds patience) const {
  pollfd watched{socket_, POLLIN, 0};
  if (::poll(&watched, 1, static_cast<int>(patience.count())) <= 0) return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) <= 0;
}

std::string RawClient::receive_until_closed() const {
  std::string all;
  std::array<char, 4096> chunk{};
  for (ssize_t got = 0; (got = ::recv(socket_, chunk.data(), chunk.size(), 0)) > 0;) {
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return all;
}

void RawClient::end_sending() const {
  ::shutdown(socket_, SHUT_WR);
}

std::string framed(std::string_view payload) {
  kafka::Writer writer;
  writer.int32(static_cast<std::int32_t>(payload.size()));
  writer.raw(payload);
  return writer.take_string();
}

std::string request_bytes(std::int16_t key,
                          std::int16_t version,
                          std::int32_t correlation_id,
                          std::string_view body) {
  const kafka::Api* api = kafka::find_api(key);
  kafka::Writer writer;
  kafka::RequestHeader{.request_api_key = key,
                       .request_api_version = version,
                       .correlation_id = correlation_id,
                       .client_id = "raw"}
      .encode(writer, api == nullptr ? std::int16_t{1} : api->request_header_version(version));
  writer.raw(body);
  return framed(writer.take_string());
}

std::int32_t correlation_id_of(std::string_view response) {
  return kafka::Reader(response).int32();
}

}  // namespace quorate::broker
