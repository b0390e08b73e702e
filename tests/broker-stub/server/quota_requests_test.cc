// DescribeClientQuotas and AlterClientQuotas, as tools send them.
#include "broker-stub/server/quota_requests.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/alter_client_quotas.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

kafka::AlterClientQuotasRequest some_quotas() {
  kafka::AlterClientQuotasRequest request;
  request.entries.push_back(
      {{{"user", "alice"}, {"client-id", std::nullopt}},
       {{"producer_byte_rate", 1024, false}, {"request_percentage", 7, true}}});
  request.entries.push_back({{{"ip", "nowhere"}}, {{"connection_creation_rate", 5, false}}});
  return request;
}

TEST_CASE("changes of quotas are passed on and judged entity by entity",
          "[server][quota_requests][QUO-1]") {
  v1::AlterClientQuotasRequest kept;
  controller::Script script;
  script.alter_client_quotas = [&kept](const v1::AlterClientQuotasRequest& request,
                                       v1::AlterClientQuotasResponse& response) {
    kept = request;
    response.add_results();
    auto& refused = *response.add_results();
    refused.set_error(v1::INVALID_REQUEST);
    refused.set_error_message("no address");
    return grpc::Status::OK;
  };
  const FakeController controller(script);
  ServingBroker broker(controller::quick_client({controller.address()}));
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{1}}) {
    kafka::AlterClientQuotasRequest request = some_quotas();
    request.validate_only = version == 1;
    const auto response = broker.ask<kafka::AlterClientQuotasResponse>(request, version);
    CHECK(kept.meta().validate_only() == (version == 1));
    REQUIRE(kept.entries_size() == 2);
    REQUIRE(kept.entries(0).entity_size() == 2);
    CHECK(kept.entries(0).entity(0).name() == "alice");
    CHECK_FALSE(kept.entries(0).entity(1).has_name());
    CHECK(kept.entries(0).changes(0).value() == Approx(1024));
    CHECK_FALSE(kept.entries(0).changes(1).has_value());
    REQUIRE(response.entries.size() == 2);
    CHECK(response.entries[0].error_code == ErrorCode::kNone);
    CHECK_FALSE(response.entries[0].error_message.has_value());
    CHECK(response.entries[0].entity.at(0).entity_name == "alice");
    CHECK_FALSE(response.entries[0].entity.at(1).entity_name.has_value());
    CHECK(response.entries[1].error_code == ErrorCode::kInvalidRequest);
    CHECK(response.entries[1].error_message == "no address");
  }
}

TEST_CASE("without a controller no quota is changed", "[server][quota_requests]") {
  ServingBroker lonely;
  const auto response = lonely.ask<kafka::AlterClientQuotasResponse>(some_quotas(), 1);
  REQUIRE(response.entries.size() == 2);
  for (const auto& row : response.entries) {
    CHECK(row.error_code != ErrorCode::kNone);
    CHECK(row.error_message.has_value());
  }
}

TEST_CASE("quotas are told from the broker's own image", "[server][quota_requests][QUO-1]") {
  using controller::QuotaEntityType;
  controller::MetadataImage image;
  REQUIRE(image.quotas.set({{QuotaEntityType::kUser, "alice"}}, "producer_byte_rate", 5).is_ok());
  REQUIRE(image.quotas.set({{QuotaEntityType::kUser, std::nullopt}}, "request_percentage", 0.5)
              .is_ok());
  kafka::DescribeClientQuotasRequest request;
  CHECK(answer_describe_client_quotas(image, request).entries->size() == 2);
  request.components.push_back({"user", 1, std::nullopt});
  const auto found = answer_describe_client_quotas(image, request);
  REQUIRE(found.entries->size() == 1);
  CHECK_FALSE(found.entries->at(0).entity.at(0).entity_name.has_value());
  CHECK(found.entries->at(0).values.at(0).key == "request_percentage");
  CHECK(found.entries->at(0).values.at(0).value == Approx(0.5));
  request.components.push_back({"user", 0, "alice"});
  const auto twice = answer_describe_client_quotas(image, request);
  CHECK(twice.error_code == ErrorCode::kInvalidRequest);
  CHECK_FALSE(twice.entries.has_value());
  CHECK(twice.error_message.has_value());
  request.components = {{"group", 2, std::nullopt}};
  CHECK(answer_describe_client_quotas(image, request).error_code == ErrorCode::kUnsupportedVersion);
}

}  // namespace
}  // namespace quorate::broker
