// What the active controller is asked about clients and users, and what it answers.
//
// As commands.h: plain values, no wire types; error codes are Kafka's; a request-wide error stands
// in `error`, and then there are no items.
// Thread: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/image/acls_image.h"
#include "controller/image/scram_image.h"
#include "controller/image/types.h"

namespace quorate::controller {

inline constexpr std::size_t kShownTextMax = 64;  // bytes of what a caller wrote, in a message
// 'alice', cut at kShownTextMax.
[[nodiscard]] std::string shown(const std::string& text);

struct QuotaEntityName {
  std::string type;                 // "user", "client-id", "ip"; others are refused
  std::optional<std::string> name;  // nothing: the default of the kind
};
struct QuotaChange {
  std::string key;
  std::optional<double> value;  // nothing: the quota is removed
};
struct AlterQuotasOfEntity {
  std::vector<QuotaEntityName> entity;
  std::vector<QuotaChange> changes;
};
struct AlterClientQuotas {
  std::vector<AlterQuotasOfEntity> entries;
};
struct AlterQuotasOfEntityAnswer {
  std::vector<QuotaEntityName> entity;
  v1::ErrorCode error{};
  std::string error_message;
};
struct AlterClientQuotasAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<AlterQuotasOfEntityAnswer> entries;
};

struct ScramDeletion {
  std::string user;
  std::int32_t mechanism = 0;  // Kafka's number; what no name stands for is refused
};
struct ScramUpsertion {
  std::string user;
  std::int32_t mechanism = 0;
  ScramCredential credential;
};
struct AlterScram {
  std::vector<ScramDeletion> deletions;
  std::vector<ScramUpsertion> upsertions;
};
struct AlterScramUserAnswer {
  std::string user;
  v1::ErrorCode error{};
  std::string error_message;
};
struct AlterScramAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<AlterScramUserAnswer> users;  // in the order in which they are first named
};

// Numbers may be any: what no entry may say is refused.
struct NewAcl {
  AclBinding binding;
  Uuid id;  // drawn by the service, never used before; taken when the entry is created
};
struct CreateAcls {
  std::vector<NewAcl> acls;
};
struct CreateAclAnswer {
  v1::ErrorCode error{};
  std::string error_message;
};
struct CreateAclsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<CreateAclAnswer> acls;
};
struct DeleteAcls {
  std::vector<AclFilter> filters;
};
struct DeleteAclsOfFilter {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<AclBinding> deleted;  // also those that another filter matches too
};
struct DeleteAclsAnswer {
  v1::ErrorCode error{};
  std::string error_message;
  std::vector<DeleteAclsOfFilter> filters;
};

}  // namespace quorate::controller
