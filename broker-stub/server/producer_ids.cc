#include "broker-stub/server/producer_ids.h"

#include <string>

#include "quorate/controller/v1/partition_control.pb.h"

namespace quorate::broker {

namespace v1 = controller::v1;

asio::awaitable<Result<std::int64_t>> ProducerIds::next() {
  if (blocks_.empty()) {
    v1::AllocateProducerIdsRequest request;
    request.set_broker_id(broker_id_);
    request.set_broker_epoch(epoch_());
    const std::function<Result<v1::AllocateProducerIdsResponse>(controller::ControllerClient&)>
        work = [request](controller::ControllerClient& client) {
          return client.allocate_producer_ids(request, {.timeout_ms = 10'000});
        };
    const auto answer = co_await calls_.call(work);
    if (!answer.is_ok()) co_return answer.status();
    if (answer->error() != v1::NONE || answer->count() <= 0) {
      co_return Status(
          Code::kUnavailable,
          "the controller gave no producer ids: " + v1::ErrorCode_Name(answer->error()));
    }
    blocks_.push_back({answer->first(), answer->first() + answer->count()});
  }
  Block& block = blocks_.front();
  const std::int64_t id = block.next++;
  if (block.next == block.end) blocks_.pop_front();
  co_return id;
}

}  // namespace quorate::broker
