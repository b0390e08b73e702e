// Access control entries: who may, or may not, do what to which resource.
//
// Invariants: an id stands for one binding, and no two ids for the same.
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
// Source: Kafka's AclBinding and AclBindingFilter (KIP-140, KIP-290) restated.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/image/persistent_map.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Numbers of the next four are Kafka's; kUnknown, kAny and kMatch are in no entry.
enum class AclResourceType : std::int8_t {
  kUnknown = 0,
  kAny = 1,
  kTopic = 2,
  kGroup = 3,
  kCluster = 4,
  kTransactionalId = 5,
  kDelegationToken = 6,
  kUser = 7,
};
enum class AclPatternType : std::int8_t {
  kUnknown = 0,
  kAny = 1,
  kMatch = 2,     // every entry that speaks of the resource of that name
  kLiteral = 3,   // the resource of that name; of every name when it is "*"
  kPrefixed = 4,  // those whose name begins so
};
enum class AclOperation : std::int8_t {
  kUnknown = 0,
  kAny = 1,
  kAll = 2,
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
  kCreateTokens = 13,
  kDescribeTokens = 14,
};
enum class AclPermission : std::int8_t { kUnknown = 0, kAny = 1, kDeny = 2, kAllow = 3 };

struct AclBinding {
  AclResourceType resource_type = AclResourceType::kUnknown;
  std::string resource_name;
  AclPatternType pattern_type = AclPatternType::kUnknown;
  std::string principal;  // "User:alice"
  std::string host;
  AclOperation operation = AclOperation::kUnknown;
  AclPermission permission = AclPermission::kUnknown;

  auto operator<=>(const AclBinding&) const = default;
};

// Nothing, and kAny, match everything.
struct AclFilter {
  AclResourceType resource_type = AclResourceType::kAny;
  std::optional<std::string> resource_name;
  AclPatternType pattern_type = AclPatternType::kAny;
  std::optional<std::string> principal;
  std::optional<std::string> host;
  AclOperation operation = AclOperation::kAny;
  AclPermission permission = AclPermission::kAny;
};

// What is wrong with a filter, in words: a number that stands for nothing. Empty: nothing is.
[[nodiscard]] std::string fault_of(const AclFilter& filter);
[[nodiscard]] bool matches(const AclFilter& filter, const AclBinding& binding);

class AclsImage {
 public:
  using Bindings = PersistentMap<AclBinding, Uuid>;
  using ById = PersistentMap<Uuid, std::shared_ptr<const AclBinding>>;

  // In order of what they say.
  [[nodiscard]] const Bindings& bindings() const { return bindings_; }
  [[nodiscard]] bool contains(const AclBinding& binding) const {
    return bindings_.contains(binding);
  }
  [[nodiscard]] bool contains(const Uuid& id) const { return by_id_.contains(id); }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Errors: kInvalidArgument (no id), kAlreadyExists.
  Status add(const Uuid& id, const AclBinding& binding);
  // Errors: kNotFound.
  Status remove(const Uuid& id);

 private:
  Bindings bindings_;
  ById by_id_;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
