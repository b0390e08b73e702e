#include "broker-stub/server/topic_requests.h"

#include <optional>
#include <utility>

#include "quorate/controller/v1/admin.pb.h"

#include "broker-stub/kafka/messages/create_topics.h"
#include "broker-stub/kafka/messages/delete_topics.h"
#include "broker-stub/replica/topic_ids.h"
#include "broker-stub/server/forwarding.h"
#include "controller/image/config_origin.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

// From these versions on a client can be refused because of its quota (KIP-599).
constexpr std::int16_t kCreateRefusedFrom = 6;
constexpr std::int16_t kDeleteRefusedFrom = 5;

controller::Uuid uuid_of(const v1::Uuid& id) {
  return {id.high(), id.low()};
}

v1::CreateTopicsRequest to_controller(const kafka::CreateTopicsRequest& request) {
  v1::CreateTopicsRequest out;
  out.mutable_meta()->set_timeout_ms(
      static_cast<std::uint32_t>(forwarding_timeout_ms(request.timeout_ms)));
  out.mutable_meta()->set_validate_only(request.validate_only);
  for (const auto& topic : request.topics) {
    v1::NewTopic& fresh = *out.add_topics();
    fresh.set_name(std::string(topic.name));
    fresh.set_partitions(topic.num_partitions);
    fresh.set_replication_factor(topic.replication_factor);
    for (const auto& assignment : topic.assignments) {
      v1::ReplicaAssignment& assigned = *fresh.add_assignments();
      assigned.set_partition(assignment.partition_index);
      for (const std::int32_t id : assignment.broker_ids)
        assigned.add_broker_ids(id);
    }
    for (const auto& config : topic.configs) {
      v1::ConfigEntry& entry = *fresh.add_configs();
      entry.set_name(std::string(config.name));
      if (config.value) entry.set_value(std::string(*config.value));
    }
  }
  return out;
}

std::vector<kafka::CreateTopicsResponse::CreatableTopicConfigs> configs_of(
    const controller::MetadataImage& image, const std::string& topic) {
  std::vector<kafka::CreateTopicsResponse::CreatableTopicConfigs> rows;
  for (const auto& key : controller::config_keys(controller::ConfigResourceType::kTopic)) {
    const auto value = controller::effective_topic_config({image.configs}, topic, key.name);
    rows.push_back({.name = std::string(key.name),
                    .value = value.value,
                    .read_only = false,
                    .config_source = static_cast<std::int8_t>(value.source)});
  }
  return rows;
}

kafka::CreateTopicsResponse from_controller(const v1::CreateTopicsResponse& answer,
                                            const controller::MetadataImage& image) {
  kafka::CreateTopicsResponse response;
  response.throttle_time_ms = static_cast<std::int32_t>(answer.meta().throttle_time_ms());
  for (const v1::CreateTopicResult& result : answer.topics()) {
    auto& row = response.topics.emplace_back();
    row.name = result.name();
    row.error_code = static_cast<ErrorCode>(result.error());
    row.error_message = sentence(row.error_code, result.error_message());
    if (row.error_code != ErrorCode::kNone) continue;
    row.topic_id = to_kafka(uuid_of(result.topic_id()));
    row.num_partitions = result.partitions();
    row.replication_factor = static_cast<std::int16_t>(result.replication_factor());
    row.configs = configs_of(image, result.name());
  }
  return response;
}

kafka::CreateTopicsResponse refuse_all(const kafka::CreateTopicsRequest& request,
                                       const Status& why) {
  kafka::CreateTopicsResponse response;
  for (const auto& topic : request.topics) {
    auto& row = response.topics.emplace_back();
    row.name = std::string(topic.name);
    row.error_code = error_of(why);
    row.error_message = why.message();
  }
  return response;
}

v1::DeleteTopicsRequest to_controller(const kafka::DeleteTopicsRequest& request) {
  v1::DeleteTopicsRequest out;
  out.mutable_meta()->set_timeout_ms(
      static_cast<std::uint32_t>(forwarding_timeout_ms(request.timeout_ms)));
  for (const std::string_view name : request.topic_names) {
    out.add_topics()->set_name(std::string(name));
  }
  for (const auto& topic : request.topics) {
    v1::TopicRef& ref = *out.add_topics();
    if (topic.name) ref.set_name(std::string(*topic.name));
    const controller::Uuid id = from_kafka(topic.topic_id);
    if (id.is_none()) continue;
    ref.mutable_id()->set_high(id.high);
    ref.mutable_id()->set_low(id.low);
  }
  return out;
}

kafka::DeleteTopicsResponse from_controller(const v1::DeleteTopicsResponse& answer) {
  kafka::DeleteTopicsResponse response;
  response.throttle_time_ms = static_cast<std::int32_t>(answer.meta().throttle_time_ms());
  for (const v1::DeleteTopicResult& result : answer.topics()) {
    auto& row = response.responses.emplace_back();
    if (!result.name().empty()) row.name = result.name();
    row.topic_id = to_kafka(uuid_of(result.id()));
    row.error_code = static_cast<ErrorCode>(result.error());
    row.error_message = sentence(row.error_code, result.error_message());
  }
  return response;
}

kafka::DeleteTopicsResponse refuse_all(const v1::DeleteTopicsRequest& request, const Status& why) {
  kafka::DeleteTopicsResponse response;
  for (const v1::TopicRef& topic : request.topics()) {
    auto& row = response.responses.emplace_back();
    // Before version 6 a topic has a name, also in a refusal.
    if (!topic.name().empty() || !topic.has_id()) row.name = topic.name();
    row.topic_id = to_kafka(uuid_of(topic.id()));
    row.error_code = error_of(why);
    row.error_message = why.message();
  }
  return response;
}

}  // namespace

asio::awaitable<Response> answer_create_topics(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::CreateTopicsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  v1::CreateTopicsRequest wanted = to_controller(*decoded);
  write_client(request, kCreateRefusedFrom, *wanted.mutable_meta());
  const auto answer = co_await forward(
      serving, &ControllerClient::create_topics, wanted, wanted.meta().timeout_ms());
  const kafka::CreateTopicsResponse response = answer.is_ok()
                                                   ? from_controller(*answer, *serving.image.get())
                                                   : refuse_all(*decoded, answer.status());
  co_return Response::reply(response, request.version);
}

asio::awaitable<Response> answer_delete_topics(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::DeleteTopicsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  v1::DeleteTopicsRequest wanted = to_controller(*decoded);
  write_client(request, kDeleteRefusedFrom, *wanted.mutable_meta());
  const auto answer = co_await forward(
      serving, &ControllerClient::delete_topics, wanted, wanted.meta().timeout_ms());
  if (!answer.is_ok()) {
    co_return Response::reply(refuse_all(wanted, answer.status()), request.version);
  }
  co_return Response::reply(from_controller(*answer), request.version);
}

asio::awaitable<void> create_missing_topics(Serving& serving,
                                            const Request& request,
                                            std::vector<std::string> names) {
  constexpr std::uint32_t kTimeoutMs = 5000;
  v1::CreateTopicsRequest wanted;
  wanted.mutable_meta()->set_timeout_ms(kTimeoutMs);
  // Whatever its version: what is not created is missing in the answer, and asked for again.
  write_client(request, 0, *wanted.mutable_meta());
  for (const std::string& name : names) {
    v1::NewTopic& fresh = *wanted.add_topics();
    fresh.set_name(name);
    fresh.set_partitions(serving.options.partitions_default);
    fresh.set_replication_factor(-1);
  }
  const auto answer =
      co_await forward(serving, &ControllerClient::create_topics, std::move(wanted), kTimeoutMs);
  static_cast<void>(answer.is_ok());
}

}  // namespace quorate::broker
