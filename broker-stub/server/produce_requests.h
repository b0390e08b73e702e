// Produce: append what clients send, and answer when it is replicated as far as they ask.
//
// acks=0 gets no answer; a refusal then closes the connection, so that the client looks for the
// leader again (as Kafka does). acks=1 is answered once it is in the leader's log. acks=all waits,
// without holding a thread, until the high watermark has passed it: that is B1.
//
// Owner: none. Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_produce(Serving& serving, Request request);

}  // namespace quorate::broker
