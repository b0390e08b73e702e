// Quotas, SCRAM credentials and access control entries: what records make of them, and what is no
// record at all.
#include "controller/image/security_records.h"

#include <limits>

#include <catch2/catch.hpp>

#include "controller/image/delta.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

void check_refused(const MetadataImage& before, const v1::Record& record, Code code) {
  const Result<Replayed> result = replay(before, batch(before.end_offset, {record}));
  REQUIRE_FALSE(result.is_ok());
  INFO(to_string(result.status()));
  CHECK(result.status().code() == code);
}

MetadataImage after(const MetadataImage& before, const v1::Record& record) {
  return replayed(before, batch(before.end_offset, {record}));
}

TEST_CASE("a quota is set and removed key by key and the image forgets who has none",
          "[controller][security_records][C23][QUO-1]") {
  const double rate = 100;
  const double other = 0.5;
  const QuotaEntity alice{{QuotaEntityType::kUser, "alice"}};
  MetadataImage image = after({}, user_quota("alice", "producer_byte_rate", &rate));
  image = after(image, user_quota("alice", "request_percentage", &other));
  CHECK(image.quotas.of(alice) ==
        QuotaValues{{"producer_byte_rate", 100}, {"request_percentage", 0.5}});
  CHECK(to_string(alice) == "user 'alice'");
  const std::uint64_t hash = image.quotas.hash();
  image = after(image, user_quota("alice", "request_percentage", &rate));
  CHECK(image.quotas.hash() != hash);
  image = after(image, user_quota("alice", "request_percentage", nullptr));
  image = after(image, user_quota("alice", "request_percentage", nullptr));
  image = after(image, user_quota("alice", "producer_byte_rate", nullptr));
  CHECK(image.quotas.entities().empty());
  CHECK(image.quotas.hash() == 0);
}

TEST_CASE("the default of a kind is another entity than any name",
          "[controller][security_records][QUO-1]") {
  const double rate = 100;
  v1::Record of_default = user_quota("", "producer_byte_rate", &rate);
  MetadataImage image = after({}, of_default);
  of_default.mutable_client_quota()->mutable_entity(0)->clear_name();
  image = after(image, of_default);
  CHECK(image.quotas.entities().size() == 2);
  const QuotaEntity both{{QuotaEntityType::kUser, std::nullopt}, {QuotaEntityType::kClientId, "c"}};
  CHECK(to_string(both) == "user default, client-id 'c'");
}

TEST_CASE("what is no quota is refused", "[controller][security_records][C3]") {
  const double rate = 100;
  for (const double bad : {0.0,
                           -1.0,
                           std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    check_refused({}, user_quota("alice", "producer_byte_rate", &bad), Code::kCorruption);
  }
  check_refused({}, user_quota("alice", "", &rate), Code::kCorruption);
  v1::Record record = user_quota("alice", "producer_byte_rate", &rate);
  v1::ClientQuota& quota = *record.mutable_client_quota();
  quota.add_entity()->set_type(v1::QUOTA_ENTITY_TYPE_USER);
  check_refused({}, record, Code::kCorruption);
  quota.mutable_entity(1)->set_type(static_cast<v1::QuotaEntityType>(4));
  check_refused({}, record, Code::kUnsupported);
  quota.clear_entity();
  check_refused({}, record, Code::kCorruption);
}

TEST_CASE("a user has one credential per mechanism", "[controller][security_records][C23][SCR-1]") {
  MetadataImage image = after({}, credential("alice", v1::SCRAM_MECHANISM_SHA_256));
  const ScramKey key{"alice", ScramMechanism::kSha256};
  const std::uint64_t hash = image.scram.hash();
  v1::Record another = credential("alice", v1::SCRAM_MECHANISM_SHA_256);
  another.mutable_user_scram_credential()->set_iterations(8192);
  image = after(image, another);
  CHECK(image.scram.hash() != hash);
  CHECK(image.scram.find(key)->iterations == 8192);
  CHECK(image.scram.credentials().size() == 1);
  CHECK(image.scram.find({"alice", ScramMechanism::kSha512}) == nullptr);
  check_refused(image, credential_removal("alice", v1::SCRAM_MECHANISM_SHA_512), Code::kCorruption);
  image = after(image, credential_removal("alice", v1::SCRAM_MECHANISM_SHA_256));
  CHECK(image.scram.find(key) == nullptr);
  CHECK(image.scram.hash() == 0);
}

TEST_CASE("what is no credential is refused", "[controller][security_records][C3]") {
  check_refused({}, credential("", v1::SCRAM_MECHANISM_SHA_256), Code::kCorruption);
  check_refused({}, credential("alice", v1::SCRAM_MECHANISM_UNKNOWN), Code::kUnsupported);
  check_refused(
      {}, credential_removal("alice", static_cast<v1::ScramMechanism>(3)), Code::kUnsupported);
  for (const std::size_t bytes : {31U, 33U, 64U}) {
    v1::Record record = credential("alice", v1::SCRAM_MECHANISM_SHA_256);
    record.mutable_user_scram_credential()->set_stored_key(std::string(bytes, 'x'));
    check_refused({}, record, Code::kCorruption);
  }
}

TEST_CASE("an access control entry is there once", "[controller][security_records][C23][ACL-1]") {
  MetadataImage image = after({}, acl({0, 1}, "orders", "User:alice"));
  check_refused(image, acl({0, 2}, "orders", "User:alice"), Code::kCorruption);
  check_refused(image, acl({0, 1}, "orders", "User:bob"), Code::kCorruption);
  check_refused(image, acl({}, "orders", "User:bob"), Code::kCorruption);
  check_refused(image, acl_removal({0, 2}), Code::kCorruption);
  image = after(image, acl({0, 2}, "orders", "User:bob"));
  image = after(image, acl_removal({0, 1}));
  CHECK(image.acls.bindings().size() == 1);
  CHECK(image.acls.contains(Uuid{0, 2}));
  image = after(image, acl_removal({0, 2}));
  CHECK(image.acls.hash() == 0);
}

TEST_CASE("what no entry may say is refused", "[controller][security_records][C3][ACL-1]") {
  const auto refuse = [](auto change) {
    v1::Record record = acl({0, 1}, "orders", "User:alice");
    change(*record.mutable_access_control_entry());
    check_refused({}, record, Code::kUnsupported);
  };
  refuse([](auto& entry) { entry.set_resource_type(v1::ACL_RESOURCE_TYPE_ANY); });
  refuse([](auto& entry) { entry.set_resource_type(static_cast<v1::AclResourceType>(8)); });
  refuse([](auto& entry) { entry.set_pattern_type(v1::ACL_PATTERN_TYPE_MATCH); });
  refuse([](auto& entry) { entry.set_operation(v1::ACL_OPERATION_ANY); });
  refuse([](auto& entry) { entry.set_operation(static_cast<v1::AclOperation>(15)); });
  refuse([](auto& entry) { entry.set_permission(v1::ACL_PERMISSION_ANY); });
}

TEST_CASE("a filter matches what it names and what speaks of it", "[controller][acls][ACL-1]") {
  AclBinding binding{AclResourceType::kTopic,
                     "orders",
                     AclPatternType::kLiteral,
                     "User:alice",
                     "*",
                     AclOperation::kRead,
                     AclPermission::kAllow};
  AclFilter filter;
  CHECK(matches(filter, binding));
  filter.resource_name = "orders";
  CHECK(matches(filter, binding));
  filter.resource_type = AclResourceType::kGroup;
  CHECK_FALSE(matches(filter, binding));
  filter.resource_type = AclResourceType::kTopic;
  filter.pattern_type = AclPatternType::kPrefixed;
  CHECK_FALSE(matches(filter, binding));
  filter.pattern_type = AclPatternType::kLiteral;
  CHECK(matches(filter, binding));
  binding.resource_name = "*";
  CHECK_FALSE(matches(filter, binding));
  filter.pattern_type = AclPatternType::kAny;
  CHECK_FALSE(matches(filter, binding));
  filter.pattern_type = AclPatternType::kMatch;
  CHECK(matches(filter, binding));
  binding.pattern_type = AclPatternType::kPrefixed;
  CHECK_FALSE(matches(filter, binding));
  binding.resource_name = "ord";
  CHECK(matches(filter, binding));
  filter.resource_name = "or";
  CHECK_FALSE(matches(filter, binding));
  filter.resource_name = "orders";
  filter.principal = "User:bob";
  CHECK_FALSE(matches(filter, binding));
  filter.principal = "User:alice";
  filter.host = "10.0.0.1";
  CHECK_FALSE(matches(filter, binding));
  filter.host = "*";
  filter.operation = AclOperation::kWrite;
  CHECK_FALSE(matches(filter, binding));
  filter.operation = AclOperation::kRead;
  filter.permission = AclPermission::kDeny;
  CHECK_FALSE(matches(filter, binding));
  filter.permission = AclPermission::kAllow;
  CHECK(matches(filter, binding));
}

}  // namespace
}  // namespace quorate::controller
