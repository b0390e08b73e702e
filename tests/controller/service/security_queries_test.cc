// What is told about quotas, users and access control entries: QUO-1, SCR-1, ACL-1.
#include "controller/service/security_queries.h"

#include <memory>

#include <catch2/catch.hpp>

#include "controller/service/plan_codec.h"
#include "controller/service/request_codec.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

// alice: request_percentage 1024.5 together with the default of client ids.
MetadataImage secured_image() {
  return testing::image_after(testing::life_of_a_cluster());
}

v1::DescribeClientQuotasResponse quotas_told(const v1::DescribeClientQuotasRequest& request) {
  v1::DescribeClientQuotasResponse response;
  describe_quotas(secured_image(), request, response);
  return response;
}

TEST_CASE("quotas are told with whose they are", "[controller][security_queries][QUO-1]") {
  v1::DescribeClientQuotasRequest request;
  auto told = quotas_told(request);
  REQUIRE(told.entries_size() == 1);
  REQUIRE(told.entries(0).entity_size() == 2);
  CHECK(told.entries(0).entity(0).type() == "user");
  CHECK(told.entries(0).entity(0).name() == "alice");
  CHECK(told.entries(0).entity(1).type() == "client-id");
  CHECK_FALSE(told.entries(0).entity(1).has_name());
  CHECK(told.entries(0).values(0).key() == "request_percentage");
  CHECK(told.entries(0).values(0).value() == Approx(1024.5));

  auto& part = *request.add_filter();
  part.set_type("user");
  part.set_match(v1::QUOTA_MATCH_EXACT);
  part.set_name("alice");
  CHECK(quotas_told(request).entries_size() == 1);
  request.set_strict(true);
  CHECK(quotas_told(request).entries_size() == 0);
  part.set_match(v1::QUOTA_MATCH_DEFAULT);
  CHECK(quotas_told(request).error() == v1::INVALID_REQUEST);
  part.set_type("group");
  told = quotas_told(request);
  CHECK(told.error() == v1::UNSUPPORTED_VERSION);
  CHECK_FALSE(told.error_message().empty());
}

TEST_CASE("credentials are told without salt and keys", "[controller][security_queries][SCR-1]") {
  v1::DescribeUserScramCredentialsRequest request;
  v1::DescribeUserScramCredentialsResponse all;
  describe_scram(secured_image(), request, all);
  REQUIRE(all.users_size() == 2);
  CHECK(all.users(0).user() == "alice");
  REQUIRE(all.users(0).credentials_size() == 1);
  CHECK(all.users(0).credentials(0).mechanism() == v1::SCRAM_MECHANISM_SHA_256);
  CHECK(all.users(0).credentials(0).iterations() == 4096);
  CHECK(all.users(1).user() == "bob");
  CHECK(all.SerializeAsString().find("salt of") == std::string::npos);
  for (const char* user : {"nobody", "bob", "alice", "alice"})
    request.add_users(user);
  v1::DescribeUserScramCredentialsResponse some;
  describe_scram(secured_image(), request, some);
  REQUIRE(some.users_size() == 3);
  CHECK(some.users(0).error() == v1::RESOURCE_NOT_FOUND);
  CHECK(some.users(1).error() == v1::NONE);
  CHECK(some.users(1).credentials_size() == 1);
  CHECK(some.users(2).error() == v1::DUPLICATE_RESOURCE);
  CHECK(some.users(2).credentials().empty());
}

TEST_CASE("a plan tells of a credential without salt and keys",
          "[controller][plan_codec][SCR-1][C23]") {
  v1::RecordBatch batch;
  *batch.add_records() = testing::credential("alice", v1::SCRAM_MECHANISM_SHA_256);
  *batch.add_records() = testing::no_op();
  const Plan plan{std::make_shared<v1::RecordBatch>(batch), {}, {}};
  v1::Plan wire;
  write_plan(plan, wire);
  v1::RecordBatch told;
  REQUIRE(told.ParseFromString(wire.batch()));
  REQUIRE(told.records_size() == 2);
  const v1::UserScramCredential& credential = told.records(0).user_scram_credential();
  CHECK(credential.user() == "alice");
  CHECK(credential.iterations() == 4096);
  CHECK(credential.salt().empty());
  CHECK(credential.stored_key().empty());
  CHECK(credential.server_key().empty());
  CHECK(batch.records(0).user_scram_credential().salt() == "salt of alice");
}

TEST_CASE("access control entries are told as a filter asks",
          "[controller][security_queries][ACL-1]") {
  v1::DescribeAclsRequest request;
  v1::DescribeAclsResponse all;
  describe_acls(secured_image(), request, all);
  REQUIRE(all.bindings_size() == 1);
  CHECK(all.bindings(0).principal() == "User:bob");
  CHECK(all.bindings(0).resource_type() == v1::ACL_RESOURCE_TYPE_TOPIC);
  v1::AclFilter& filter = *request.mutable_filter();
  filter.set_resource_type(v1::ACL_RESOURCE_TYPE_ANY);
  filter.set_pattern_type(v1::ACL_PATTERN_TYPE_ANY);
  filter.set_operation(v1::ACL_OPERATION_ANY);
  filter.set_permission(v1::ACL_PERMISSION_ANY);
  filter.set_principal("User:alice");
  v1::DescribeAclsResponse none;
  describe_acls(secured_image(), request, none);
  CHECK(none.error() == v1::NONE);
  CHECK(none.bindings().empty());
  filter.set_operation(static_cast<v1::AclOperation>(300));
  v1::DescribeAclsResponse refused;
  describe_acls(secured_image(), request, refused);
  CHECK(refused.error() == v1::INVALID_REQUEST);
  CHECK_FALSE(refused.error_message().empty());
}

TEST_CASE("requests about users and entries keep their bounds",
          "[controller][request_codec][SCR-1][ACL-1]") {
  RequestLimits limits;
  limits.credentials_max = limits.acls_max = limits.acl_filters_max = 1;
  limits.text_bytes_max = 4;
  const auto draw = [] { return Uuid{1, 1}; };
  v1::AlterUserScramCredentialsRequest alter;
  alter.add_deletions()->set_user("bob");
  alter.add_upsertions()->set_user("bob");
  CHECK(to_command(alter, limits).is_ok());
  alter.mutable_upsertions(0)->set_salt("large");
  CHECK(to_command(alter, limits).status().code() == Code::kInvalidArgument);
  alter.clear_upsertions();
  alter.add_deletions();
  CHECK(to_command(alter, limits).status().code() == Code::kInvalidArgument);
  v1::CreateAclsRequest create;
  create.add_bindings()->set_resource_type(static_cast<v1::AclResourceType>(-1));
  const auto command = to_command(create, limits, draw);
  REQUIRE(command.is_ok());
  CHECK(command->acls.at(0).binding.resource_type == AclResourceType::kUnknown);
  CHECK(command->acls.at(0).id == Uuid{1, 1});
  create.mutable_bindings(0)->set_principal("User:alice");
  CHECK(to_command(create, limits, draw).status().code() == Code::kInvalidArgument);
  v1::DeleteAclsRequest remove;
  remove.add_filters();
  CHECK(to_command(remove, limits).is_ok());
  remove.add_filters();
  CHECK(to_command(remove, limits).status().code() == Code::kInvalidArgument);
}

TEST_CASE("a request with too many quotas is no command", "[controller][request_codec][QUO-1]") {
  RequestLimits limits;
  limits.quota_entities_max = 1;
  limits.quota_changes_max = 1;
  v1::AlterClientQuotasRequest request;
  auto& entry = *request.add_entries();
  entry.add_entity()->set_type("user");
  entry.add_changes()->set_key("a");
  const auto command = to_command(request, limits);
  REQUIRE(command.is_ok());
  CHECK_FALSE(command->entries.at(0).entity.at(0).name.has_value());
  CHECK_FALSE(command->entries.at(0).changes.at(0).value.has_value());
  entry.add_changes()->set_key("b");
  CHECK(to_command(request, limits).status().code() == Code::kInvalidArgument);
  entry.clear_changes();
  for (int i = 0; i < 9; ++i)
    entry.add_entity()->set_type("user");
  CHECK(to_command(request, limits).status().code() == Code::kInvalidArgument);
  entry.clear_entity();
  request.add_entries();
  CHECK(to_command(request, limits).status().code() == Code::kInvalidArgument);
}

}  // namespace
}  // namespace quorate::controller
