#include "controller/client/scram_keys.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "raft/base/check.h"

namespace quorate::controller {
namespace {

const EVP_MD* digest_of(ScramHash hash) {
  return hash == ScramHash::kSha256 ? EVP_sha256() : EVP_sha512();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const unsigned char* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::string hmac(ScramHash hash, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  QUORATE_CHECK(HMAC(digest_of(hash),
                     key.data(),
                     static_cast<int>(key.size()),
                     bytes_of(text),
                     text.size(),
                     out.data(),
                     &size) != nullptr);
  return text_of(out.data(), size);
}

std::string hashed(ScramHash hash, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  QUORATE_CHECK(EVP_Digest(text.data(), text.size(), out.data(), &size, digest_of(hash), nullptr) ==
                1);
  return text_of(out.data(), size);
}

}  // namespace

std::string salted_password(ScramHash hash,
                            std::string_view password,
                            std::string_view salt,
                            std::int32_t iterations) {
  QUORATE_CHECK(iterations > 0);
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  const int size = EVP_MD_get_size(digest_of(hash));
  QUORATE_CHECK(PKCS5_PBKDF2_HMAC(password.data(),
                                  static_cast<int>(password.size()),
                                  bytes_of(salt),
                                  static_cast<int>(salt.size()),
                                  iterations,
                                  digest_of(hash),
                                  size,
                                  out.data()) == 1);
  std::string salted = text_of(out.data(), static_cast<std::size_t>(size));
  OPENSSL_cleanse(out.data(), out.size());
  return salted;
}

ScramKeys scram_keys(ScramHash hash, std::string_view salted_password) {
  std::string client_key = hmac(hash, salted_password, "Client Key");
  ScramKeys keys{hashed(hash, client_key), hmac(hash, salted_password, "Server Key")};
  wipe(client_key);
  return keys;
}

std::string random_salt(std::size_t bytes) {
  std::string salt(bytes, '\0');
  QUORATE_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()),
                           static_cast<int>(salt.size())) == 1);
  return salt;
}

void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
}

}  // namespace quorate::controller
