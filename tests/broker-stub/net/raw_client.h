// A blocking client that sends bytes as told: for what no real client would do.
//
// Owner and thread: one test. Every receive has a deadline of kPatience.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/primitives.h"

namespace quorate::broker {

class RawClient {
 public:
  static constexpr std::chrono::seconds kPatience{10};

  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) const;
  // The payload of the next frame; nothing when the connection was closed.
  [[nodiscard]] std::optional<std::string> receive() const;
  // Whether the listener closed the connection, within kPatience.
  [[nodiscard]] bool is_closed_by_peer() const;
  // Whether it is closed, or closes within `patience`; of what else comes, some may be read.
  [[nodiscard]] bool is_closed_within(std::chrono::milliseconds patience) const;
  // Everything that comes until the other side closes, within kPatience.
  [[nodiscard]] std::string receive_until_closed() const;
  // Nothing more is sent; receiving goes on.
  void end_sending() const;

 private:
  [[nodiscard]] bool read_exactly(char* into, std::size_t size) const;

  int socket_ = -1;
};

// `payload` behind its length.
[[nodiscard]] std::string framed(std::string_view payload);

// A framed request: header as the version demands, then the body.
[[nodiscard]] std::string request_bytes(std::int16_t key,
                                        std::int16_t version,
                                        std::int32_t correlation_id,
                                        std::string_view body);

template <typename T>
[[nodiscard]] std::string request_of(const T& message,
                                     std::int16_t version,
                                     std::int32_t correlation_id) {
  kafka::Writer body;
  message.encode(body, version);
  return request_bytes(
      static_cast<std::int16_t>(T::kKey), version, correlation_id, body.take_string());
}

[[nodiscard]] std::int32_t correlation_id_of(std::string_view response);

// The body of a response behind its header.
template <typename T>
[[nodiscard]] T response_body(std::string_view response, std::int16_t version) {
  kafka::Reader reader(response);
  reader.int32();
  if (kafka::api_of(T::kKey).response_header_version(version) == 1) reader.skip_tagged_fields();
  T message;
  const Status status = message.decode(reader, version);
  QUORATE_CHECK(status.is_ok());
  return message;
}

}  // namespace quorate::broker
