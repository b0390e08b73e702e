// AlterConfigs and IncrementalAlterConfigs, as tools send them.
#include "broker-stub/server/config_requests.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/alter_configs.h"
#include "broker-stub/kafka/messages/incremental_alter_configs.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

// Refuses brokers, changes topics, and keeps what it was asked.
controller::Script script_keeping(v1::AlterConfigsRequest& kept) {
  controller::Script script;
  script.alter_configs = [&kept](const v1::AlterConfigsRequest& request,
                                 v1::AlterConfigsResponse& response) {
    kept = request;
    for (const auto& resource : request.resources()) {
      auto& result = *response.add_results();
      result.set_type(resource.type());
      result.set_name(resource.name());
      if (resource.type() == 2) continue;
      result.set_error(v1::INVALID_CONFIG);
      result.set_error_message("not this one");
    }
    return grpc::Status::OK;
  };
  return script;
}

TEST_CASE("operations on keys are passed on and judged resource by resource",
          "[server][config_requests][CFG-1][CFG-3]") {
  v1::AlterConfigsRequest kept;
  const FakeController controller(script_keeping(kept));
  ServingBroker broker(controller::quick_client({controller.address()}));
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{1}}) {
    kafka::IncrementalAlterConfigsRequest request;
    request.validate_only = version == 1;
    request.resources.push_back(
        {2, "orders", {{"cleanup.policy", 2, "compact"}, {"retention.ms", 1, std::nullopt}}});
    request.resources.push_back({4, "7", {{"log.retention.ms", 0, "5"}}});
    const auto response = broker.ask<kafka::IncrementalAlterConfigsResponse>(request, version);
    CHECK_FALSE(kept.replace());
    CHECK(kept.meta().validate_only() == (version == 1));
    REQUIRE(kept.resources_size() == 2);
    CHECK(kept.resources(0).changes(0).operation() == v1::CONFIG_OPERATION_APPEND);
    CHECK(kept.resources(0).changes(0).value() == "compact");
    CHECK(kept.resources(0).changes(1).operation() == v1::CONFIG_OPERATION_DELETE);
    CHECK_FALSE(kept.resources(0).changes(1).has_value());
    REQUIRE(response.responses.size() == 2);
    CHECK(response.responses[0].error_code == ErrorCode::kNone);
    CHECK_FALSE(response.responses[0].error_message.has_value());
    CHECK(response.responses[0].resource_name == "orders");
    CHECK(response.responses[1].error_code == ErrorCode::kInvalidConfig);
    CHECK(response.responses[1].error_message == "not this one");
    CHECK(response.responses[1].resource_type == 4);
  }
}

TEST_CASE("the older request replaces the whole map", "[server][config_requests][CFG-4]") {
  v1::AlterConfigsRequest kept;
  const FakeController controller(script_keeping(kept));
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::AlterConfigsRequest request;
  request.resources.push_back({2, "orders", {{"retention.ms", "5"}, {"segment.ms", std::nullopt}}});
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{2}}) {
    const auto response = broker.ask<kafka::AlterConfigsResponse>(request, version);
    CHECK(response.responses.at(0).error_code == ErrorCode::kNone);
    CHECK(kept.replace());
    CHECK(kept.resources(0).changes(0).value() == "5");
    CHECK_FALSE(kept.resources(0).changes(1).has_value());
  }
}

TEST_CASE("without a controller every resource is refused", "[server][config_requests]") {
  ServingBroker lonely;
  kafka::IncrementalAlterConfigsRequest request;
  request.resources.push_back({2, "orders", {{"retention.ms", 0, "5"}}});
  request.resources.push_back({4, "", {{"log.retention.ms", 0, "5"}}});
  const auto response = lonely.ask<kafka::IncrementalAlterConfigsResponse>(request, 1);
  REQUIRE(response.responses.size() == 2);
  for (const auto& row : response.responses) {
    CHECK(row.error_code != ErrorCode::kNone);
    CHECK(row.error_message.has_value());
  }
}

}  // namespace
}  // namespace quorate::broker
