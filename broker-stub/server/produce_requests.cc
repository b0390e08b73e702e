#include "broker-stub/server/produce_requests.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <asio/this_coro.hpp>

#include "broker-stub/kafka/messages/produce.h"
#include "broker-stub/kafka/record_batch_check.h"
#include "broker-stub/net/wake_up.h"
#include "controller/image/config_origin.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;
using ProduceRow = kafka::ProduceResponse::PartitionProduceResponse;

constexpr std::int32_t kTimeoutMaxMs = 300'000;

// An append that waits for its replication.
struct Waiting {
  controller::TopicPartition id;
  std::int64_t end_offset = 0;
  std::int32_t leader_epoch = 0;
  std::size_t topic = 0;  // position of its row
  std::size_t row = 0;
};

std::optional<Acks> acks_of(std::int16_t acks) {
  if (acks < -1 || acks > 1) return std::nullopt;
  return static_cast<Acks>(acks);
}

kafka::ProduceRules rules_for(const Serving& serving,
                              const std::string& topic,
                              std::int16_t version) {
  const auto image = serving.image.get();
  const controller::ConfigView configs{image->configs, serving.options.node_id};
  const auto limit = controller::effective_topic_config(configs, topic, "max.message.bytes");
  const auto policy = controller::effective_topic_config(configs, topic, "cleanup.policy");
  const std::int64_t bytes_max =
      limit.source == controller::ConfigSource::kBuiltIn
          ? serving.options.message_bytes_max
          : controller::effective_topic_number(configs, topic, "max.message.bytes");
  return {.version = version,
          .batch_bytes_max = static_cast<std::size_t>(bytes_max),
          .keys = policy.value.find("compact") == std::string::npos ? kafka::KeyRule::kOptional
                                                                    : kafka::KeyRule::kRequired};
}

ProduceOutcome append(Serving& serving,
                      const Located& located,
                      const std::optional<kafka::Slice>& records,
                      Acks acks,
                      std::int16_t version) {
  if (located.error != ErrorCode::kNone) return {.error = located.error};
  const kafka::ProducedBatch checked =
      kafka::check_produced(records, rules_for(serving, located.topic->name, version));
  if (checked.error != ErrorCode::kNone)
    return {.error = checked.error, .message = checked.message};
  if (checked.batch->is_transactional()) {
    return {.error = ErrorCode::kInvalidTxnState, .message = "transactions are not supported"};
  }
  ProduceOutcome outcome = located.replica->append(*checked.batch, acks);
  if (outcome.error == ErrorCode::kNone) {
    serving.counters.records_in += static_cast<std::uint64_t>(checked.batch->record_count());
    serving.counters.bytes_in += checked.batch->bytes().size();
  }
  return outcome;
}

ProduceRow row_of(const Located& located, std::int32_t index, const ProduceOutcome& outcome) {
  ProduceRow row;
  row.index = index;
  row.error_code = outcome.error;
  row.base_offset = outcome.base_offset;
  if (outcome.error == ErrorCode::kNone) {
    row.log_start_offset = located.replica->log().start_offset();
    return row;
  }
  row.base_offset = -1;
  row.error_message =
      outcome.message.empty() ? std::string(message_of(outcome.error)) : outcome.message;
  if (is_leadership_error(outcome.error)) {
    const KnownLeader leader = known_leader(located);
    row.current_leader = {leader.id, leader.epoch};
  }
  return row;
}

void refuse_row(ProduceRow& row, ErrorCode error) {
  row.error_code = error;
  row.base_offset = -1;
  row.error_message = std::string(message_of(error));
}

// Tells the outcome of those in `waiting` that is known by now, and forgets them.
void settle(Serving& serving, kafka::ProduceResponse& response, std::vector<Waiting>& waiting) {
  std::erase_if(waiting, [&](const Waiting& one) {
    const Partition* replica = serving.replicas.find(one.id);
    const auto known = replica == nullptr ? std::optional(ErrorCode::kNotLeaderOrFollower)
                                          : replica->replicated(one.end_offset, one.leader_epoch);
    if (!known) return false;
    auto& row = response.responses[one.topic].partition_responses[one.row];
    if (*known != ErrorCode::kNone) refuse_row(row, *known);
    return true;
  });
}

void give_up(Serving& serving, kafka::ProduceResponse& response, std::vector<Waiting>& waiting) {
  for (const Waiting& one : waiting) {
    const Partition* replica = serving.replicas.find(one.id);
    refuse_row(response.responses[one.topic].partition_responses[one.row],
               replica == nullptr ? ErrorCode::kNotLeaderOrFollower : replica->not_replicated());
  }
  waiting.clear();
}

asio::awaitable<void> wait_for_replication(Serving& serving,
                                           kafka::ProduceResponse& response,
                                           std::vector<Waiting> waiting,
                                           std::chrono::milliseconds timeout) {
  settle(serving, response, waiting);
  if (waiting.empty()) co_return;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const WakeUp wake(co_await asio::this_coro::executor);
  std::vector<controller::TopicPartition> ids;
  for (const Waiting& one : waiting)
    ids.push_back(one.id);
  const auto watch = serving.replicas.waiters().watch(ids, [wake] { wake.wake(); });
  while (!waiting.empty()) {
    const auto left = deadline - std::chrono::steady_clock::now();
    if (!watch || left <= std::chrono::nanoseconds::zero()) {
      give_up(serving, response, waiting);
      co_return;
    }
    co_await wake.wait_for(left);
    settle(serving, response, waiting);
  }
}

// Why the request as a whole cannot be taken, or kNone.
ErrorCode check_request(const kafka::ProduceRequest& request) {
  if (!acks_of(request.acks)) return ErrorCode::kInvalidRequiredAcks;
  if (request.transactional_id) return ErrorCode::kInvalidRequest;
  return ErrorCode::kNone;
}

}  // namespace

asio::awaitable<Response> answer_produce(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::ProduceRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const ImagePtr image = serving.image.get();
  const ErrorCode whole = check_request(*decoded);
  const Acks acks = acks_of(decoded->acks).value_or(Acks::kLeader);

  kafka::ProduceResponse response;
  std::vector<Waiting> waiting;
  std::string refused;
  for (const auto& topic : decoded->topic_data) {
    response.responses.push_back({.name = std::string(topic.name), .partition_responses = {}});
    auto& rows = response.responses.back().partition_responses;
    for (const auto& data : topic.partition_data) {
      const Located located = locate(serving, *image, topic.name, data.index);
      const ProduceOutcome outcome =
          whole != ErrorCode::kNone ? ProduceOutcome{.error = whole}
                                    : append(serving, located, data.records, acks, request.version);
      rows.push_back(row_of(located, data.index, outcome));
      if (outcome.error == ErrorCode::kNone) {
        waiting.push_back({located.id,
                           outcome.end_offset,
                           outcome.leader_epoch,
                           response.responses.size() - 1,
                           rows.size() - 1});
      } else {
        ++serving.counters.produce_refused;
        refused = std::string(topic.name) + "-" + std::to_string(data.index) + ": " +
                  std::string(to_string(outcome.error));
      }
    }
  }
  if (acks == Acks::kNone) {
    if (!refused.empty()) co_return Response::close("acks=0 cannot be told: " + refused);
    co_return Response::silent();
  }
  if (acks == Acks::kAll) {
    const std::chrono::milliseconds timeout(std::clamp(decoded->timeout_ms, 0, kTimeoutMaxMs));
    co_await wait_for_replication(serving, response, std::move(waiting), timeout);
  }
  co_return Response::reply(response, request.version);
}

}  // namespace quorate::broker
