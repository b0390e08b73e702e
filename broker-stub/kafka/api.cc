#include "broker-stub/kafka/api.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::kafka {

const Api* find_api(std::int16_t key) {
  const auto apis = all_apis();
  const auto found = std::ranges::lower_bound(apis, static_cast<ApiKey>(key), {}, &Api::key);
  return found != apis.end() && found->key == static_cast<ApiKey>(key) ? &*found : nullptr;
}

const Api& api_of(ApiKey key) {
  const Api* api = find_api(static_cast<std::int16_t>(key));
  QUORATE_CHECK(api != nullptr);
  return *api;
}

std::string_view to_string(ApiKey key) {
  const Api* api = find_api(static_cast<std::int16_t>(key));
  return api != nullptr ? api->name : "UnknownApi";
}

}  // namespace quorate::kafka
