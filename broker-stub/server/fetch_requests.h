// Fetch: whole record batches to consumers (below the high watermark) and to followers (to the end
// of the log). Waits for min_bytes without holding a thread, max_wait_ms at most.
//
// Sessions are declined: every answer says session id 0, so every request is complete.
//
// Owner: none. Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_fetch(Serving& serving, Request request);

}  // namespace quorate::broker
