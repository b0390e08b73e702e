// CreateTopics with a quota: what the controller is told of who asks, and what the client is told.
#include "broker-stub/server/topic_requests.h"

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/create_topics.h"
#include "broker-stub/kafka/messages/metadata.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

// Refuses every topic.
controller::Script refusing_topics(v1::RequestMeta& kept) {
  controller::Script script;
  script.create_topics = [&kept](grpc::ServerContext&,
                                 const v1::CreateTopicsRequest& request,
                                 v1::CreateTopicsResponse& response) {
    kept = request.meta();
    for (const v1::NewTopic& topic : request.topics()) {
      v1::CreateTopicResult& row = *response.add_topics();
      row.set_name(topic.name());
      row.set_error(v1::THROTTLING_QUOTA_EXCEEDED);
      row.set_error_message("used up");
    }
    response.mutable_meta()->set_throttle_time_ms(1'500);
    return grpc::Status::OK;
  };
  return script;
}

TEST_CASE("who asks for a topic goes to the controller and how long to wait comes back",
          "[server][topic_requests][QUO-2][QUO-3]") {
  v1::RequestMeta kept;
  const FakeController controller(refusing_topics(kept));
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::CreateTopicsRequest request;
  request.topics.push_back({.name = "t", .num_partitions = 1, .replication_factor = 1});
  request.timeout_ms = 10'000;
  for (const std::int16_t version : {std::int16_t{5}, std::int16_t{6}}) {
    const auto response = broker.ask<kafka::CreateTopicsResponse>(request, version);
    CHECK(kept.client().user() == "ANONYMOUS");
    CHECK(kept.client().delayed() == (version == 5));
    CHECK(response.throttle_time_ms == 1'500);
    REQUIRE(response.topics.size() == 1);
    CHECK(response.topics[0].error_code == ErrorCode::kThrottlingQuotaExceeded);
    CHECK(response.topics[0].error_message == "used up");
  }
}

TEST_CASE("a topic that Metadata would create counts for who asked and is missing when refused",
          "[server][topic_requests][QUO-3]") {
  v1::RequestMeta kept;
  const FakeController controller(refusing_topics(kept));
  ServingBroker broker(controller::quick_client({controller.address()}));
  kafka::MetadataRequest request;
  request.topics.emplace().push_back({.name = "fresh"});
  request.allow_auto_topic_creation = true;
  const auto response = broker.ask<kafka::MetadataResponse>(request, 4);
  CHECK(kept.client().user() == "ANONYMOUS");
  CHECK_FALSE(kept.client().delayed());
  REQUIRE(response.topics.size() == 1);
  CHECK(response.topics[0].error_code == ErrorCode::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace quorate::broker
