#include "broker-stub/server/feature_requests.h"

#include <string>

#include "quorate/controller/v1/admin.pb.h"

#include "broker-stub/kafka/messages/update_features.h"
#include "broker-stub/server/forwarding.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

v1::UpdateFeaturesRequest to_controller(const kafka::UpdateFeaturesRequest& request,
                                        std::int16_t version) {
  constexpr std::int16_t kTypeFrom = 1;
  v1::UpdateFeaturesRequest out;
  out.mutable_meta()->set_timeout_ms(
      static_cast<std::uint32_t>(forwarding_timeout_ms(request.timeout_ms)));
  out.mutable_meta()->set_validate_only(request.validate_only);
  for (const auto& update : request.feature_updates) {
    v1::FeatureUpdate& to = *out.add_updates();
    to.set_name(std::string(update.feature));
    to.set_level(update.max_version_level);
    const v1::FeatureChange allowed =
        update.allow_downgrade ? v1::FEATURE_CHANGE_SAFE_DOWNGRADE : v1::FEATURE_CHANGE_UPGRADE;
    to.set_change(version < kTypeFrom ? allowed
                                      : static_cast<v1::FeatureChange>(update.upgrade_type));
  }
  return out;
}

kafka::UpdateFeaturesResponse from_controller(const v1::UpdateFeaturesResponse& answer) {
  kafka::UpdateFeaturesResponse response;
  response.error_code = static_cast<ErrorCode>(answer.error());
  response.error_message = sentence(response.error_code, answer.error_message());
  for (const v1::FeatureUpdateResult& result : answer.updates()) {
    auto& row = response.results.emplace_back();
    row.feature = result.name();
    row.error_code = static_cast<ErrorCode>(result.error());
    row.error_message = sentence(row.error_code, result.error_message());
  }
  return response;
}

}  // namespace

asio::awaitable<Response> answer_update_features(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::UpdateFeaturesRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::UpdateFeaturesRequest wanted = to_controller(*decoded, request.version);
  const auto answer = co_await forward(
      serving, &ControllerClient::update_features, wanted, wanted.meta().timeout_ms());
  if (!answer.is_ok()) {
    kafka::UpdateFeaturesResponse refused;
    refused.error_code = error_of(answer.status());
    refused.error_message = sentence(refused.error_code, answer.status().message());
    co_return Response::reply(refused, request.version);
  }
  co_return Response::reply(from_controller(*answer), request.version);
}

}  // namespace quorate::broker
