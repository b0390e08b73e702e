// Bytes that no honest client sends, and what becomes of a connection that brings them.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "tests/broker-stub/net/raw_client.h"

namespace quorate::testing {

inline constexpr std::size_t kMiB = std::size_t{1} << 20U;

inline std::string noise(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random.next());
  return bytes;
}

// Sends `bytes` as they are; the other side closes.
inline void expect_closed(std::uint16_t port, const std::string& bytes) {
  const broker::RawClient client(port);
  client.send(bytes);
  CHECK(client.is_closed_by_peer());
}

}  // namespace quorate::testing
