// AlterConfigs and IncrementalAlterConfigs: the active controller decides, this broker passes on.
//
// Answered when this broker has read what was changed, so that a client that asks it next sees it.
// Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_alter_configs(Serving& serving, Request request);
[[nodiscard]] asio::awaitable<Response> answer_incremental_alter_configs(Serving& serving,
                                                                         Request request);

}  // namespace quorate::broker
