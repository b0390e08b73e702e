#include "broker-stub/net/no_coordinator.h"

namespace quorate::broker {

kafka::FindCoordinatorResponse no_coordinator(const kafka::FindCoordinatorRequest& request) {
  constexpr auto kError = kafka::ErrorCode::kCoordinatorNotAvailable;
  constexpr std::string_view kWhy = "this cluster has no consumer groups";
  kafka::FindCoordinatorResponse response;
  response.error_code = kError;
  response.error_message = kWhy;
  for (const std::string_view key : request.coordinator_keys) {
    auto& row = response.coordinators.emplace_back();
    row.key = key;
    row.error_code = kError;
    row.error_message = kWhy;
  }
  return response;
}

}  // namespace quorate::broker
