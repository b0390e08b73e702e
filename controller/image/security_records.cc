#include "controller/image/security_records.h"

#include <optional>
#include <string>
#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/record_fields.h"

namespace quorate::controller {
namespace {

Status unknown(const char* what, int number) {
  return {Code::kUnsupported, std::string(what) + " " + std::to_string(number) + " is not known"};
}

Status check_mechanism(int wire) {
  const bool is_known = wire == v1::SCRAM_MECHANISM_SHA_256 || wire == v1::SCRAM_MECHANISM_SHA_512;
  return is_known ? Status::ok() : unknown("SCRAM mechanism", wire);
}

// What stands in no entry is not known either.
Status check_entry(const v1::AccessControlEntry& record) {
  const auto is_within = [](int wire, int first, int last) {
    return first <= wire && wire <= last;
  };
  if (!is_within(record.resource_type(), v1::ACL_RESOURCE_TYPE_TOPIC, v1::ACL_RESOURCE_TYPE_USER)) {
    return unknown("resource type", record.resource_type());
  }
  if (!is_within(
          record.pattern_type(), v1::ACL_PATTERN_TYPE_LITERAL, v1::ACL_PATTERN_TYPE_PREFIXED)) {
    return unknown("pattern type", record.pattern_type());
  }
  if (!is_within(record.operation(), v1::ACL_OPERATION_ALL, v1::ACL_OPERATION_DESCRIBE_TOKENS)) {
    return unknown("operation", record.operation());
  }
  if (!is_within(record.permission(), v1::ACL_PERMISSION_DENY, v1::ACL_PERMISSION_ALLOW)) {
    return unknown("permission", record.permission());
  }
  return Status::ok();
}

}  // namespace

Status apply(const v1::ClientQuota& record, ClientQuotasImage& quotas) {
  QuotaEntity entity;
  for (const v1::QuotaEntityPart& wire : record.entity()) {
    if (wire.type() < v1::QUOTA_ENTITY_TYPE_USER || wire.type() > v1::QUOTA_ENTITY_TYPE_IP) {
      return unknown("kind of quota entity", wire.type());
    }
    QuotaEntityPart& part = entity.emplace_back();
    part.type = static_cast<QuotaEntityType>(wire.type());
    if (wire.has_name()) part.name = wire.name();
  }
  return misfit(record.has_value() ? quotas.set(entity, record.key(), record.value())
                                   : quotas.unset(entity, record.key()));
}

Status apply(const v1::UserScramCredential& record, ScramImage& scram) {
  QUORATE_TRY(check_mechanism(record.mechanism()));
  return misfit(scram.put({record.user(), static_cast<ScramMechanism>(record.mechanism())},
                          {.salt = record.salt(),
                           .stored_key = record.stored_key(),
                           .server_key = record.server_key(),
                           .iterations = record.iterations()}));
}

Status apply(const v1::RemoveUserScramCredential& record, ScramImage& scram) {
  QUORATE_TRY(check_mechanism(record.mechanism()));
  return misfit(scram.remove({record.user(), static_cast<ScramMechanism>(record.mechanism())}));
}

Status apply(const v1::AccessControlEntry& record, AclsImage& acls) {
  QUORATE_TRY(check_entry(record));
  return misfit(acls.add(uuid_from(record.id()),
                         {.resource_type = static_cast<AclResourceType>(record.resource_type()),
                          .resource_name = record.resource_name(),
                          .pattern_type = static_cast<AclPatternType>(record.pattern_type()),
                          .principal = record.principal(),
                          .host = record.host(),
                          .operation = static_cast<AclOperation>(record.operation()),
                          .permission = static_cast<AclPermission>(record.permission())}));
}

Status apply(const v1::RemoveAccessControlEntry& record, AclsImage& acls) {
  return misfit(acls.remove(uuid_from(record.id())));
}

void write_quota(const QuotaEntity& entity,
                 std::string_view key,
                 std::optional<double> value,
                 v1::ClientQuota& record) {
  for (const QuotaEntityPart& part : entity) {
    v1::QuotaEntityPart& wire = *record.add_entity();
    wire.set_type(static_cast<v1::QuotaEntityType>(part.type));
    if (part.name) wire.set_name(*part.name);
  }
  record.set_key(std::string(key));
  if (value) record.set_value(*value);
}

void write_credential(const ScramKey& key,
                      const ScramCredential& credential,
                      v1::UserScramCredential& record) {
  record.set_user(key.user);
  record.set_mechanism(static_cast<v1::ScramMechanism>(key.mechanism));
  record.set_salt(credential.salt);
  record.set_stored_key(credential.stored_key);
  record.set_server_key(credential.server_key);
  record.set_iterations(credential.iterations);
}

void write_removal(const ScramKey& key, v1::RemoveUserScramCredential& record) {
  record.set_user(key.user);
  record.set_mechanism(static_cast<v1::ScramMechanism>(key.mechanism));
}

void write_entry(const Uuid& id, const AclBinding& binding, v1::AccessControlEntry& record) {
  write_uuid(id, *record.mutable_id());
  record.set_resource_type(static_cast<v1::AclResourceType>(binding.resource_type));
  record.set_resource_name(binding.resource_name);
  record.set_pattern_type(static_cast<v1::AclPatternType>(binding.pattern_type));
  record.set_principal(binding.principal);
  record.set_host(binding.host);
  record.set_operation(static_cast<v1::AclOperation>(binding.operation));
  record.set_permission(static_cast<v1::AclPermission>(binding.permission));
}

void write_removal(const Uuid& id, v1::RemoveAccessControlEntry& record) {
  write_uuid(id, *record.mutable_id());
}

}  // namespace quorate::controller
