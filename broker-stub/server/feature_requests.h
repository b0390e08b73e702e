// UpdateFeatures: the active controller decides, this broker passes on.
//
// Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_update_features(Serving& serving, Request request);

}  // namespace quorate::broker
