// SCRAM keys from a password (RFC 5802): made where the password is, so that it goes no further.
//
//   salted password = PBKDF2-HMAC-H(password, salt, iterations)
//   stored key      = H(HMAC-H(salted password, "Client Key"))
//   server key      = HMAC-H(salted password, "Server Key")
//
// Passwords are taken as bytes, as Kafka does: there is no SASLprep.
// Thread: any.
// Source: RFC 5802 section 3, RFC 7677.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace quorate::controller {

enum class ScramHash : std::uint8_t { kSha256, kSha512 };

struct ScramKeys {
  std::string stored_key;
  std::string server_key;
};

// Requires at least one iteration. The caller wipes it.
[[nodiscard]] std::string salted_password(ScramHash hash,
                                          std::string_view password,
                                          std::string_view salt,
                                          std::int32_t iterations);
[[nodiscard]] ScramKeys scram_keys(ScramHash hash, std::string_view salted_password);
// Random bytes from the system.
[[nodiscard]] std::string random_salt(std::size_t bytes);
// Overwrites what is in it.
void wipe(std::string& secret);

}  // namespace quorate::controller
