// InitProducerId, as idempotent producers send it.
#include <atomic>
#include <string>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/init_producer_id.h"
#include "tests/broker-stub/server/serving_broker.h"
#include "tests/controller/client/fake_controller.h"

namespace quorate::broker {
namespace {

using controller::FakeController;
using kafka::ErrorCode;
namespace v1 = controller::v1;

constexpr std::int16_t kVersion = 4;

kafka::InitProducerIdResponse init(ServingBroker& broker) {
  return broker.ask<kafka::InitProducerIdResponse>(kafka::InitProducerIdRequest{}, kVersion);
}

TEST_CASE("every id is of a block that the controller gave and no id comes twice",
          "[server][init_producer_id][PID-1]") {
  std::atomic<int> blocks{0};
  controller::Script script;
  script.allocate_producer_ids = [&](const v1::AllocateProducerIdsRequest& request,
                                     v1::AllocateProducerIdsResponse& response) {
    CHECK(request.broker_id() == 1);
    CHECK(request.broker_epoch() == 7);
    response.set_first(1000 * ++blocks);
    response.set_count(2);
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  ServingBroker broker(controller::quick_client({controller.address()}));
  for (const std::int64_t expected : {1000, 1001, 2000, 2001, 3000}) {
    const auto response = init(broker);
    CHECK(response.error_code == ErrorCode::kNone);
    CHECK(response.producer_id == expected);
    CHECK(response.producer_epoch == 0);
  }
  CHECK(blocks == 3);
}

TEST_CASE("without a controller that gives ids a producer is asked to try again",
          "[server][init_producer_id]") {
  const auto refused = [](ServingBroker& broker) {
    const auto response = init(broker);
    CHECK(response.error_code == ErrorCode::kCoordinatorNotAvailable);
    CHECK(response.producer_id == -1);
    CHECK(response.producer_epoch == -1);
  };
  ServingBroker lonely;
  refused(lonely);
  controller::Script script;
  script.allocate_producer_ids = [](const auto&, v1::AllocateProducerIdsResponse& response) {
    response.set_error(v1::STALE_BROKER_EPOCH);
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  ServingBroker fenced(controller::quick_client({controller.address()}));
  refused(fenced);
}

TEST_CASE("a transactional producer is refused", "[server][init_producer_id]") {
  ServingBroker broker;
  kafka::InitProducerIdRequest request;
  request.transactional_id = "mine";
  CHECK(broker.ask<kafka::InitProducerIdResponse>(request, kVersion).error_code ==
        ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace quorate::broker
