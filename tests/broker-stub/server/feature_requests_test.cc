// UpdateFeatures, as tools send it.
#include "broker-stub/server/feature_requests.h"

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/update_features.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

TEST_CASE("levels are passed on and the answer names who stopped all",
          "[server][feature_requests][FEA-1]") {
  v1::UpdateFeaturesRequest kept;
  controller::Script script;
  script.update_features = [&kept](const v1::UpdateFeaturesRequest& request,
                                   v1::UpdateFeaturesResponse& response) {
    kept = request;
    response.set_error(v1::INVALID_UPDATE_VERSION);
    response.set_error_message("not so");
    for (const auto& update : request.updates())
      response.add_updates()->set_name(update.name());
    response.mutable_updates(1)->set_error(v1::INVALID_UPDATE_VERSION);
    response.mutable_updates(1)->set_error_message("not so");
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::UpdateFeaturesRequest request;
  request.validate_only = true;
  request.feature_updates.push_back({.feature = "a", .max_version_level = 3, .upgrade_type = 2});
  request.feature_updates.push_back(
      {.feature = "b", .max_version_level = 1, .allow_downgrade = true, .upgrade_type = 1});
  for (const std::int16_t version : {std::int16_t{0}, std::int16_t{1}}) {
    const auto response = broker.ask<kafka::UpdateFeaturesResponse>(request, version);
    REQUIRE(kept.updates_size() == 2);
    CHECK(kept.updates(0).level() == 3);
    CHECK(kept.updates(0).change() ==
          (version == 0 ? v1::FEATURE_CHANGE_UPGRADE : v1::FEATURE_CHANGE_SAFE_DOWNGRADE));
    CHECK(kept.updates(1).change() ==
          (version == 0 ? v1::FEATURE_CHANGE_SAFE_DOWNGRADE : v1::FEATURE_CHANGE_UPGRADE));
    CHECK(kept.meta().validate_only() == (version == 1));
    CHECK(response.error_code == ErrorCode::kInvalidUpdateVersion);
    CHECK(response.error_message == "not so");
    REQUIRE(response.results.size() == 2);
    CHECK(response.results[0].error_code == ErrorCode::kNone);
    CHECK(response.results[1].error_code == ErrorCode::kInvalidUpdateVersion);
  }
}

TEST_CASE("without a controller no level is changed", "[server][feature_requests]") {
  ServingBroker lonely;
  kafka::UpdateFeaturesRequest request;
  request.timeout_ms = 100;
  request.feature_updates.push_back({.feature = "a", .max_version_level = 3});
  CHECK(lonely.ask<kafka::UpdateFeaturesResponse>(request, 1).error_code != ErrorCode::kNone);
}

}  // namespace
}  // namespace quorate::broker
