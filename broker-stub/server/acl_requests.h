// DescribeAcls, from this broker's own image; CreateAcls and DeleteAcls: the active controller
// decides, this broker passes on.
//
// A change is answered when this broker has read it. No entry is enforced here.
// Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/kafka/messages/describe_acls.h"
#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"
#include "controller/image/image.h"

namespace quorate::broker {

[[nodiscard]] kafka::DescribeAclsResponse answer_describe_acls(
    const controller::MetadataImage& image, const kafka::DescribeAclsRequest& request);
[[nodiscard]] asio::awaitable<Response> answer_create_acls(Serving& serving, Request request);
[[nodiscard]] asio::awaitable<Response> answer_delete_acls(Serving& serving, Request request);

}  // namespace quorate::broker
