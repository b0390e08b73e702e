#include "broker-stub/net/api_versions.h"

#include <algorithm>

namespace quorate::broker {

namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

kafka::ApiVersionsResponse::ApiVersion row_of(const kafka::Api& api) {
  return {.api_key = static_cast<std::int16_t>(api.key),
          .min_version = api.advertised_min,
          .max_version = api.advertised_max};
}

}  // namespace

bool is_software_name(std::string_view text) {
  if (text.empty() || text.size() > kSoftwareNameBytesMax) return false;
  if (!is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  return std::ranges::all_of(text,
                             [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

kafka::ApiVersionsResponse api_versions(std::int16_t version, const Features& features) {
  // Clients before version 4 reject a response that has a supported feature with lowest level 0.
  constexpr std::int16_t kLevelZeroFrom = 4;
  kafka::ApiVersionsResponse response;
  for (const kafka::Api& api : kafka::all_apis())
    response.api_keys.push_back(row_of(api));
  for (const auto& feature : features.supported) {
    if (feature.min_version > 0 || version >= kLevelZeroFrom) {
      response.supported_features.push_back(feature);
    }
  }
  if (features.finalized_epoch >= 0) {
    response.finalized_features_epoch = features.finalized_epoch;
    response.finalized_features = features.finalized;
  }
  return response;
}

kafka::ApiVersionsResponse unsupported_api_versions() {
  kafka::ApiVersionsResponse response;
  response.error_code = kafka::ErrorCode::kUnsupportedVersion;
  response.api_keys.push_back(row_of(kafka::api_of(kafka::ApiKey::kApiVersions)));
  return response;
}

}  // namespace quorate::broker
