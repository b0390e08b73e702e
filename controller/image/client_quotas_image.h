// Client quotas that were set, entity by entity: what each may do per second.
//
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/image/persistent_map.h"
#include "raft/base/status.h"

namespace quorate::controller {

enum class QuotaEntityType : std::uint8_t { kUser = 1, kClientId = 2, kIp = 3 };

// Kafka's words: "user", "client-id", "ip".
[[nodiscard]] std::string_view to_string(QuotaEntityType type);
[[nodiscard]] std::optional<QuotaEntityType> quota_entity_type(std::string_view word);

struct QuotaEntityPart {
  QuotaEntityType type = QuotaEntityType::kUser;
  std::optional<std::string> name;  // nothing: the default of all who have no quota of their own

  auto operator<=>(const QuotaEntityPart&) const = default;
};

// In order of type, each type once, and not empty.
using QuotaEntity = std::vector<QuotaEntityPart>;
using QuotaValues = std::map<std::string, double, std::less<>>;

class ClientQuotasImage {
 public:
  using Entities = PersistentMap<QuotaEntity, std::shared_ptr<const QuotaValues>>;

  [[nodiscard]] const Entities& entities() const { return entities_; }
  // What was set for just this entity; empty when nothing was.
  [[nodiscard]] const QuotaValues& of(const QuotaEntity& entity) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Errors: kInvalidArgument (an entity that is none, no key, a value that is not finite and above
  // 0).
  Status set(const QuotaEntity& entity, std::string_view key, double value);
  // Removing what is absent is harmless.
  Status unset(const QuotaEntity& entity, std::string_view key);

 private:
  void put(const QuotaEntity& entity, QuotaValues values);

  Entities entities_;
  std::uint64_t hash_ = 0;
};

// "user 'alice', client-id default": for people.
[[nodiscard]] std::string to_string(const QuotaEntity& entity);

}  // namespace quorate::controller
