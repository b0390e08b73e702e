// CreateTopics and DeleteTopics: forwarded to the active controller, whoever the client asked.
//
// The answer leaves only after this broker's own image holds the change (or the time is over), so
// that a client which asks here next sees what it did.
//
// Owner: none. Thread: the broker thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_create_topics(Serving& serving, Request request);
[[nodiscard]] asio::awaitable<Response> answer_delete_topics(Serving& serving, Request request);

// Makes topics that `request` asked for, with the broker's default number of partitions. Whatever
// comes of it, the image tells afterwards.
[[nodiscard]] asio::awaitable<void> create_missing_topics(Serving& serving,
                                                          const Request& request,
                                                          std::vector<std::string> names);

}  // namespace quorate::broker
