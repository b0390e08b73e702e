#include "raft/base/crc32c.h"

#include <string>

#include <catch2/catch.hpp>

namespace quorate {
namespace {

// One bit at a time: slow and obvious.
std::uint32_t naive(std::string_view bytes) {
  std::uint32_t crc = 0xffffffffU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

TEST_CASE("the published check values come out", "[base][crc32c]") {
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);  // RFC 3720 B.4
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
}

TEST_CASE("the fast checksum equals the naive one at every length", "[base][crc32c]") {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    CHECK(crc32c(bytes) == naive(bytes));
    bytes.push_back(static_cast<char>(i * 37));
  }
}

TEST_CASE("a checksum can be continued", "[base][crc32c]") {
  const std::string bytes = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::string_view all = bytes;
    CHECK(crc32c(all.substr(cut), crc32c(all.substr(0, cut))) == crc32c(all));
  }
}

}  // namespace
}  // namespace quorate
