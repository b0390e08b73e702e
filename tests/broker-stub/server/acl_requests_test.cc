// DescribeAcls, CreateAcls and DeleteAcls, as tools send them.
#include "broker-stub/server/acl_requests.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/create_acls.h"
#include "broker-stub/kafka/messages/delete_acls.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::AclBinding;
using controller::AclOperation;
using controller::AclPatternType;
using controller::AclPermission;
using controller::AclResourceType;
using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

constexpr std::int8_t kTopic = 2;
constexpr std::int8_t kPrefixed = 4;
constexpr std::int8_t kRead = 3;
constexpr std::int8_t kAllow = 3;

TEST_CASE("new entries are passed on and judged one by one", "[server][acl_requests][ACL-1]") {
  v1::CreateAclsRequest kept;
  controller::Script script;
  script.create_acls = [&kept](const v1::CreateAclsRequest& request,
                               v1::CreateAclsResponse& response) {
    kept = request;
    response.add_results();
    auto& refused = *response.add_results();
    refused.set_error(v1::INVALID_REQUEST);
    refused.set_error_message("no principal");
    return grpc::Status::OK;
  };
  const FakeController controller(script);
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::CreateAclsRequest request;
  request.creations.push_back({kTopic, "ord", kPrefixed, "User:alice", "*", kRead, kAllow});
  request.creations.push_back({kTopic, "orders", kPrefixed, "alice", "*", kRead, kAllow});
  for (const std::int16_t version : {std::int16_t{1}, std::int16_t{3}}) {
    const auto response = broker.ask<kafka::CreateAclsResponse>(request, version);
    REQUIRE(kept.bindings_size() == 2);
    CHECK(kept.bindings(0).resource_type() == v1::ACL_RESOURCE_TYPE_TOPIC);
    CHECK(kept.bindings(0).resource_name() == "ord");
    CHECK(kept.bindings(0).pattern_type() == v1::ACL_PATTERN_TYPE_PREFIXED);
    CHECK(kept.bindings(0).principal() == "User:alice");
    CHECK(kept.bindings(0).operation() == v1::ACL_OPERATION_READ);
    CHECK(kept.bindings(0).permission() == v1::ACL_PERMISSION_ALLOW);
    REQUIRE(response.results.size() == 2);
    CHECK(response.results[0].error_code == ErrorCode::kNone);
    CHECK_FALSE(response.results[0].error_message.has_value());
    CHECK(response.results[1].error_code == ErrorCode::kInvalidRequest);
    CHECK(response.results[1].error_message == "no principal");
  }
}

TEST_CASE("filters are passed on and what they deleted is told", "[server][acl_requests][ACL-1]") {
  v1::DeleteAclsRequest kept;
  controller::Script script;
  script.delete_acls = [&kept](const v1::DeleteAclsRequest& request,
                               v1::DeleteAclsResponse& response) {
    kept = request;
    if (request.filters_size() > 1) {
      response.set_error(v1::POLICY_VIOLATION);
      return grpc::Status::OK;
    }
    auto& binding = *response.add_results()->add_deleted();
    binding.set_resource_type(v1::ACL_RESOURCE_TYPE_TOPIC);
    binding.set_resource_name("orders");
    binding.set_pattern_type(v1::ACL_PATTERN_TYPE_LITERAL);
    binding.set_principal("User:alice");
    binding.set_host("*");
    binding.set_operation(v1::ACL_OPERATION_READ);
    binding.set_permission(v1::ACL_PERMISSION_DENY);
    return grpc::Status::OK;
  };
  const FakeController controller(script);
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::DeleteAclsRequest request;
  request.filters.push_back({kTopic, std::nullopt, 1, "User:alice", std::nullopt, 1, 1});
  const auto response = broker.ask<kafka::DeleteAclsResponse>(request, 2);
  CHECK(kept.filters(0).resource_type() == v1::ACL_RESOURCE_TYPE_TOPIC);
  CHECK_FALSE(kept.filters(0).has_resource_name());
  CHECK(kept.filters(0).pattern_type() == v1::ACL_PATTERN_TYPE_ANY);
  CHECK(kept.filters(0).principal() == "User:alice");
  CHECK_FALSE(kept.filters(0).has_host());
  REQUIRE(response.filter_results.size() == 1);
  REQUIRE(response.filter_results[0].matching_acls.size() == 1);
  const auto& acl = response.filter_results[0].matching_acls[0];
  CHECK(acl.resource_type == kTopic);
  CHECK(acl.resource_name == "orders");
  CHECK(acl.pattern_type == 3);
  CHECK(acl.operation == kRead);
  CHECK(acl.permission_type == 2);
  // One that is refused as a whole is told filter by filter.
  request.filters.push_back(request.filters.front());
  const auto refused = broker.ask<kafka::DeleteAclsResponse>(request, 1);
  REQUIRE(refused.filter_results.size() == 2);
  for (const auto& row : refused.filter_results) {
    CHECK(row.error_code == ErrorCode::kPolicyViolation);
    CHECK(row.error_message.has_value());
  }
}

TEST_CASE("without a controller no entry is changed", "[server][acl_requests]") {
  ServingBroker lonely;
  kafka::CreateAclsRequest create;
  create.creations.push_back({kTopic, "orders", 3, "User:alice", "*", kRead, kAllow});
  const auto created = lonely.ask<kafka::CreateAclsResponse>(create, 3);
  CHECK(created.results.at(0).error_code != ErrorCode::kNone);
  kafka::DeleteAclsRequest remove;
  remove.filters.emplace_back();
  const auto removed = lonely.ask<kafka::DeleteAclsResponse>(remove, 3);
  CHECK(removed.filter_results.at(0).error_code != ErrorCode::kNone);
}

TEST_CASE("entries are told resource by resource from the broker's own image",
          "[server][acl_requests][ACL-1]") {
  controller::MetadataImage image;
  const auto add = [&image](const std::string& topic, const std::string& principal) {
    const AclBinding binding{AclResourceType::kTopic,
                             topic,
                             AclPatternType::kLiteral,
                             principal,
                             "*",
                             AclOperation::kRead,
                             AclPermission::kAllow};
    REQUIRE(image.acls.add({1, image.acls.bindings().size() + 1}, binding).is_ok());
  };
  add("orders", "User:alice");
  add("payments", "User:alice");
  add("orders", "User:bob");
  kafka::DescribeAclsRequest request{1, std::nullopt, 1, std::nullopt, std::nullopt, 1, 1};
  const auto all = answer_describe_acls(image, request);
  REQUIRE(all.resources.size() == 2);
  CHECK(all.resources[0].resource_name == "orders");
  REQUIRE(all.resources[0].acls.size() == 2);
  CHECK(all.resources[0].acls[1].principal == "User:bob");
  CHECK(all.resources[0].acls[1].operation == kRead);
  CHECK(all.resources[1].acls.size() == 1);
  request.resource_name_filter = "payments";
  CHECK(answer_describe_acls(image, request).resources.size() == 1);
  request.operation = 0;
  const auto refused = answer_describe_acls(image, request);
  CHECK(refused.error_code == ErrorCode::kInvalidRequest);
  CHECK(refused.error_message.has_value());
  CHECK(refused.resources.empty());
}

}  // namespace
}  // namespace quorate::broker
