// The table of APIs: which versions of which are served, advertised, flexible.
//
// Served and advertised differ for one reason only, told in schemas/produce.json.
// Thread: constants; any. Source: KIP-482 (header versions), KIP-511 (ApiVersions).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "broker-stub/kafka/api_key.h"

namespace quorate::kafka {

// One API. All version bounds are included; -1 in the last two says "none".
struct Api {
  ApiKey key;
  std::string_view name;
  std::int16_t version_min;
  std::int16_t version_max;
  std::int16_t advertised_min;
  std::int16_t advertised_max;
  std::int16_t flexible_from;
  std::int16_t response_header_fixed;

  [[nodiscard]] bool is_served(std::int16_t version) const {
    return version_min <= version && version <= version_max;
  }
  [[nodiscard]] bool is_flexible(std::int16_t version) const {
    return flexible_from >= 0 && version >= flexible_from;
  }
  [[nodiscard]] std::int16_t request_header_version(std::int16_t version) const {
    return is_flexible(version) ? 2 : 1;
  }
  [[nodiscard]] std::int16_t response_header_version(std::int16_t version) const {
    if (response_header_fixed >= 0) return response_header_fixed;
    return is_flexible(version) ? 1 : 0;
  }
};

// Ordered by key.
[[nodiscard]] std::span<const Api> all_apis();
// The API with this key as it came off the wire; null when there is none.
[[nodiscard]] const Api* find_api(std::int16_t key);
[[nodiscard]] const Api& api_of(ApiKey key);
[[nodiscard]] std::string_view to_string(ApiKey key);

}  // namespace quorate::kafka
