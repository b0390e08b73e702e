#include "broker-stub/server/partition_requests.h"

#include <functional>
#include <string>
#include <utility>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "broker-stub/kafka/messages/alter_partition_reassignments.h"
#include "broker-stub/kafka/messages/create_partitions.h"
#include "broker-stub/kafka/messages/list_partition_reassignments.h"
#include "broker-stub/server/forwarding.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

// --- CreatePartitions ---

// From this version on a client can be refused because of its quota (KIP-599).
constexpr std::int16_t kPartitionsRefusedFrom = 3;

v1::CreatePartitionsRequest to_controller(const kafka::CreatePartitionsRequest& request) {
  v1::CreatePartitionsRequest out;
  out.mutable_meta()->set_validate_only(request.validate_only);
  for (const auto& topic : request.topics) {
    v1::MorePartitions& more = *out.add_topics();
    more.set_topic(std::string(topic.name));
    more.set_total(topic.total_count);
    if (!topic.assignments) continue;
    for (const auto& assignment : *topic.assignments) {
      more.add_assignments()->mutable_broker_ids()->Assign(assignment.broker_ids.begin(),
                                                           assignment.broker_ids.end());
    }
  }
  return out;
}

kafka::CreatePartitionsResponse from_controller(const v1::CreatePartitionsResponse& answer) {
  kafka::CreatePartitionsResponse response;
  response.throttle_time_ms = static_cast<std::int32_t>(answer.meta().throttle_time_ms());
  for (const v1::CreatePartitionsResult& result : answer.results()) {
    const auto error = static_cast<ErrorCode>(result.error());
    response.results.push_back({.name = result.topic(),
                                .error_code = error,
                                .error_message = sentence(error, result.error_message())});
  }
  return response;
}

kafka::CreatePartitionsResponse refuse_all(const kafka::CreatePartitionsRequest& request,
                                           const Status& why) {
  kafka::CreatePartitionsResponse response;
  for (const auto& topic : request.topics) {
    response.results.push_back({.name = std::string(topic.name),
                                .error_code = error_of(why),
                                .error_message = why.message()});
  }
  return response;
}

// --- AlterPartitionReassignments ---

v1::AlterPartitionReassignmentsRequest to_controller(
    const kafka::AlterPartitionReassignmentsRequest& request) {
  v1::AlterPartitionReassignmentsRequest out;
  out.set_keep_replication_factor(!request.allow_replication_factor_change);
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      v1::Reassignment& item = *out.add_partitions();
      item.set_topic(std::string(topic.name));
      item.set_partition(partition.partition_index);
      item.set_cancel(!partition.replicas.has_value());
      if (!partition.replicas) continue;
      item.mutable_target()->Assign(partition.replicas->begin(), partition.replicas->end());
    }
  }
  return out;
}

// The controller answers in the order of the request.
kafka::AlterPartitionReassignmentsResponse from_controller(
    const kafka::AlterPartitionReassignmentsRequest& request,
    const v1::AlterPartitionReassignmentsResponse& answer) {
  kafka::AlterPartitionReassignmentsResponse response;
  response.allow_replication_factor_change = request.allow_replication_factor_change;
  response.error_code = static_cast<ErrorCode>(answer.error());
  response.error_message = sentence(response.error_code, answer.error_message());
  int next = 0;
  for (const auto& topic : request.topics) {
    auto& rows = response.responses.emplace_back();
    rows.name = std::string(topic.name);
    for (std::size_t i = 0; i < topic.partitions.size() && next < answer.results_size(); ++i) {
      const v1::AlterPartitionReassignmentsResult& result = answer.results(next++);
      const auto error = static_cast<ErrorCode>(result.error());
      rows.partitions.push_back({.partition_index = result.partition(),
                                 .error_code = error,
                                 .error_message = sentence(error, result.error_message())});
    }
  }
  return response;
}

// --- ListPartitionReassignments ---

v1::ListPartitionReassignmentsRequest to_controller(
    const kafka::ListPartitionReassignmentsRequest& request) {
  v1::ListPartitionReassignmentsRequest out;
  if (!request.topics) return out;
  for (const auto& topic : *request.topics) {
    v1::ReassignmentQuery& query = *out.add_topics();
    query.set_topic(std::string(topic.name));
    query.mutable_partitions()->Assign(topic.partition_indexes.begin(),
                                       topic.partition_indexes.end());
  }
  return out;
}

// The controller answers by topic.
kafka::ListPartitionReassignmentsResponse from_controller(
    const v1::ListPartitionReassignmentsResponse& answer) {
  kafka::ListPartitionReassignmentsResponse response;
  for (const v1::OngoingReassignment& move : answer.partitions()) {
    if (response.topics.empty() || response.topics.back().name != move.topic()) {
      response.topics.emplace_back().name = move.topic();
    }
    response.topics.back().partitions.push_back(
        {.partition_index = move.partition(),
         .replicas = {move.replicas().begin(), move.replicas().end()},
         .adding_replicas = {move.adding().begin(), move.adding().end()},
         .removing_replicas = {move.removing().begin(), move.removing().end()}});
  }
  return response;
}

}  // namespace

asio::awaitable<Response> answer_create_partitions(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::CreatePartitionsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  if (decoded->topics.empty()) {
    co_return Response::reply(kafka::CreatePartitionsResponse{}, request.version);
  }
  const std::int64_t timeout_ms = forwarding_timeout_ms(decoded->timeout_ms);
  v1::CreatePartitionsRequest wanted = to_controller(*decoded);
  write_client(request, kPartitionsRefusedFrom, *wanted.mutable_meta());
  const auto answer = co_await forward(
      serving, &ControllerClient::create_partitions, std::move(wanted), timeout_ms);
  if (!answer.is_ok()) {
    co_return Response::reply(refuse_all(*decoded, answer.status()), request.version);
  }
  co_return Response::reply(from_controller(*answer), request.version);
}

asio::awaitable<Response> answer_alter_reassignments(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::AlterPartitionReassignmentsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::AlterPartitionReassignmentsRequest wanted = to_controller(*decoded);
  kafka::AlterPartitionReassignmentsResponse response;
  if (wanted.partitions().empty()) co_return Response::reply(response, request.version);
  const std::int64_t timeout_ms = forwarding_timeout_ms(decoded->timeout_ms);
  const auto answer = co_await forward(
      serving, &ControllerClient::alter_partition_reassignments, wanted, timeout_ms);
  if (!answer.is_ok()) {
    response.allow_replication_factor_change = decoded->allow_replication_factor_change;
    response.error_code = error_of(answer.status());
    response.error_message = answer.status().message();
    co_return Response::reply(response, request.version);
  }
  co_return Response::reply(from_controller(*decoded, *answer), request.version);
}

asio::awaitable<Response> answer_list_reassignments(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::ListPartitionReassignmentsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  kafka::ListPartitionReassignmentsResponse response;
  // No topic is not all topics.
  if (decoded->topics && decoded->topics->empty()) {
    co_return Response::reply(response, request.version);
  }
  const std::int64_t timeout_ms = forwarding_timeout_ms(decoded->timeout_ms);
  const std::function<Result<v1::ListPartitionReassignmentsResponse>(ControllerClient&)> work =
      [wanted = to_controller(*decoded), timeout_ms](ControllerClient& client) {
        return client.list_partition_reassignments(wanted, {.timeout_ms = timeout_ms});
      };
  const auto answer = co_await serving.calls.call(work);
  if (answer.is_ok()) co_return Response::reply(from_controller(*answer), request.version);
  response.error_code = error_of(answer.status());
  response.error_message = answer.status().message();
  co_return Response::reply(response, request.version);
}

}  // namespace quorate::broker
