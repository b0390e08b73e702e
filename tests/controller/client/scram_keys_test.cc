// SCRAM keys: the example of RFC 7677, and what another implementation makes of SHA-512.
#include "controller/client/scram_keys.h"

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

std::string hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value >> 4U];
    text += kDigits[value & 15U];
  }
  return text;
}

TEST_CASE("the keys of a password are those of the RFC", "[client][scram_keys][SCR-1]") {
  const std::string salt = "\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81";
  std::string salted = salted_password(ScramHash::kSha256, "pencil", salt, 4096);
  const ScramKeys keys = scram_keys(ScramHash::kSha256, salted);
  CHECK(hex(salted) == "c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d");
  CHECK(hex(keys.stored_key) == "586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6");
  CHECK(hex(keys.server_key) == "c1f3cbc1c13a9d35a14c0990eed97629ea225863e566a4314ab99f3f00e5d9d5");
  wipe(salted);
  CHECK(salted == std::string(32, '\0'));

  const ScramKeys large =
      scram_keys(ScramHash::kSha512, salted_password(ScramHash::kSha512, "pencil", salt, 4096));
  CHECK(hex(large.stored_key) ==
        "e8002e6f7d3ae446119b216933644dc2a2be7869eb918b8459b5e7d7d2ec1260"
        "6aceef106825cd735170a675fd3611f684affad1dce3f43a0ee43bd590e1dbbe");
  CHECK(hex(large.server_key) ==
        "8d91db6230b5687874fe129bc7206e1858c3ae08e02934f57ac03b6b05a229c4"
        "59d28ff46f5c9611e6c179256490215ec1ff759cb0df285db89af0f99e613aac");
}

TEST_CASE("salts are random", "[client][scram_keys]") {
  CHECK(random_salt(16).size() == 16);
  CHECK(random_salt(16) != random_salt(16));
}

}  // namespace
}  // namespace quorate::controller
