// CreatePartitions, AlterPartitionReassignments and ListPartitionReassignments: forwarded to the
// controllers, whoever the client asked.
//
// The answer to a change leaves only after this broker's own image holds it (or the time is over),
// so that a client which asks here next sees what it did.
//
// Owner: none. Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"

namespace quorate::broker {

[[nodiscard]] asio::awaitable<Response> answer_create_partitions(Serving& serving, Request request);
[[nodiscard]] asio::awaitable<Response> answer_alter_reassignments(Serving& serving,
                                                                   Request request);
[[nodiscard]] asio::awaitable<Response> answer_list_reassignments(Serving& serving,
                                                                  Request request);

}  // namespace quorate::broker
