// What the listener answers to ApiVersions, and the rule for client software names (KIP-511).
//
// Thread: any; pure. Source: KIP-511; KAFKA-17011 (features with level 0).
#pragma once

#include <cstdint>
#include <string_view>

#include "broker-stub/kafka/messages/api_versions.h"
#include "broker-stub/net/request_service.h"

namespace quorate::broker {

// Letters, digits, '-' and '.', beginning and ending with a letter or digit; at most
// kSoftwareNameBytesMax bytes.
[[nodiscard]] bool is_software_name(std::string_view text);
inline constexpr std::size_t kSoftwareNameBytesMax = 128;

// All APIs in the ranges that we advertise, and the features as `version` may show them.
[[nodiscard]] kafka::ApiVersionsResponse api_versions(std::int16_t version,
                                                      const Features& features);

// For a version of ApiVersions itself that we do not serve; goes out as version 0. Names our range
// of ApiVersions, so that the client tries again at once with one that we know.
[[nodiscard]] kafka::ApiVersionsResponse unsupported_api_versions();

}  // namespace quorate::broker
