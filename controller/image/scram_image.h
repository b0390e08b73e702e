// SCRAM credentials of users (RFC 5802): what a broker needs to know that they know the password.
//
// Neither the password nor the salted password is here. The keys are secrets all the same: whoever
// has the server key can pretend to be a broker, and the stored key can be attacked by guessing. No
// answer, plan, trace or event shows them.
//
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "controller/image/persistent_map.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Numbers are Kafka's.
enum class ScramMechanism : std::uint8_t { kSha256 = 1, kSha512 = 2 };

// "SCRAM-SHA-256".
[[nodiscard]] std::string_view to_string(ScramMechanism mechanism);
// Bytes of a hash, and so of both keys.
[[nodiscard]] std::size_t key_bytes(ScramMechanism mechanism);

struct ScramKey {
  std::string user;
  ScramMechanism mechanism = ScramMechanism::kSha256;

  auto operator<=>(const ScramKey&) const = default;
};

struct ScramCredential {
  std::string salt;
  std::string stored_key;
  std::string server_key;
  std::int32_t iterations = 0;

  bool operator==(const ScramCredential&) const = default;
};

class ScramImage {
 public:
  // By user, then mechanism.
  using Credentials = PersistentMap<ScramKey, std::shared_ptr<const ScramCredential>>;

  [[nodiscard]] const Credentials& credentials() const { return credentials_; }
  // Null when there is none.
  [[nodiscard]] const ScramCredential* find(const ScramKey& key) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Adds it or puts it in the place of an earlier one. Errors: kInvalidArgument (no user, a key of
  // the wrong size).
  Status put(const ScramKey& key, ScramCredential credential);
  // Errors: kNotFound.
  Status remove(const ScramKey& key);

 private:
  Credentials credentials_;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
