// DescribeClientQuotas, from this broker's own image, and AlterClientQuotas: the active controller
// decides, this broker passes on.
//
// A change is answered when this broker has read it, so that a client that asks it next sees it. No
// quota is enforced here.
// Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/kafka/messages/describe_client_quotas.h"
#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"
#include "controller/image/image.h"

namespace quorate::broker {

[[nodiscard]] kafka::DescribeClientQuotasResponse answer_describe_client_quotas(
    const controller::MetadataImage& image, const kafka::DescribeClientQuotasRequest& request);
[[nodiscard]] asio::awaitable<Response> answer_alter_client_quotas(Serving& serving,
                                                                   Request request);

}  // namespace quorate::broker
