// Builders of records about quotas, credentials and access control entries.
#include "controller/image/security_records.h"
#include "tests/controller/image/records.h"

namespace quorate::controller::testing {

v1::Record user_quota(const std::string& user, const std::string& key, const double* value) {
  v1::Record record;
  write_quota({{QuotaEntityType::kUser, user}},
              key,
              value == nullptr ? std::nullopt : std::optional(*value),
              *record.mutable_client_quota());
  return record;
}

std::vector<v1::Record> some_quotas() {
  const double rate = 1024.5;
  v1::Record with_client = user_quota("alice", "request_percentage", &rate);
  with_client.mutable_client_quota()->add_entity()->set_type(v1::QUOTA_ENTITY_TYPE_CLIENT_ID);
  return {user_quota("alice", "producer_byte_rate", &rate), with_client};
}

std::vector<v1::Record> some_credentials() {
  return {credential("alice", v1::SCRAM_MECHANISM_SHA_256),
          credential("alice", v1::SCRAM_MECHANISM_SHA_512),
          credential("bob", v1::SCRAM_MECHANISM_SHA_512)};
}

v1::Record credential(const std::string& user, v1::ScramMechanism mechanism) {
  v1::Record record;
  const auto known = static_cast<ScramMechanism>(mechanism);
  const std::size_t bytes = mechanism == v1::SCRAM_MECHANISM_SHA_256 ? 32 : 64;
  write_credential({user, known},
                   {"salt of " + user, std::string(bytes, 's'), std::string(bytes, 'k'), 4096},
                   *record.mutable_user_scram_credential());
  return record;
}

v1::Record credential_removal(const std::string& user, v1::ScramMechanism mechanism) {
  v1::Record record;
  write_removal({user, static_cast<ScramMechanism>(mechanism)},
                *record.mutable_remove_user_scram_credential());
  return record;
}

v1::Record acl(const Uuid& id, const std::string& topic, const std::string& principal) {
  v1::Record record;
  write_entry(id,
              {AclResourceType::kTopic,
               topic,
               AclPatternType::kLiteral,
               principal,
               "*",
               AclOperation::kRead,
               AclPermission::kAllow},
              *record.mutable_access_control_entry());
  return record;
}

v1::Record acl_removal(const Uuid& id) {
  v1::Record record;
  write_removal(id, *record.mutable_remove_access_control_entry());
  return record;
}

}  // namespace quorate::controller::testing
