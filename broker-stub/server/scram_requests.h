// DescribeUserScramCredentials, from this broker's own image, and AlterUserScramCredentials: the
// active controller decides, this broker passes on the keys that it derives.
//
// A change is answered when this broker has read it. No client is authenticated here yet.
// Thread: the broker thread.
#pragma once

#include <asio/awaitable.hpp>

#include "broker-stub/kafka/messages/describe_user_scram_credentials.h"
#include "broker-stub/net/request_service.h"
#include "broker-stub/server/serving.h"
#include "controller/image/image.h"

namespace quorate::broker {

[[nodiscard]] kafka::DescribeUserScramCredentialsResponse answer_describe_scram(
    const controller::MetadataImage& image,
    const kafka::DescribeUserScramCredentialsRequest& request);
[[nodiscard]] asio::awaitable<Response> answer_alter_scram(Serving& serving, Request request);

}  // namespace quorate::broker
