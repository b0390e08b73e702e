#include "broker-stub/server/config_requests.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "quorate/controller/v1/admin.pb.h"

#include "broker-stub/kafka/messages/alter_configs.h"
#include "broker-stub/kafka/messages/incremental_alter_configs.h"
#include "broker-stub/server/forwarding.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

constexpr std::int64_t kTimeoutMs = 30'000;  // the request names none

template <typename Request>
v1::AlterConfigsRequest resources_of(const Request& request) {
  v1::AlterConfigsRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kTimeoutMs));
  out.mutable_meta()->set_validate_only(request.validate_only);
  for (const auto& resource : request.resources) {
    v1::AlterConfigsResource& to = *out.add_resources();
    to.set_type(resource.resource_type);
    to.set_name(std::string(resource.resource_name));
    for (const auto& config : resource.configs) {
      v1::ConfigChange& change = *to.add_changes();
      change.set_name(std::string(config.name));
      if (config.value) change.set_value(std::string(*config.value));
      if constexpr (requires { config.config_operation; }) {
        change.set_operation(static_cast<v1::ConfigOperation>(config.config_operation));
      }
    }
  }
  return out;
}

// `refusal` speaks of every resource, when it is not ok.
template <typename Response>
Response rows(const v1::AlterConfigsRequest& asked,
              const v1::AlterConfigsResponse& answer,
              const Status& refusal) {
  Response response;
  for (int i = 0; i < asked.resources_size(); ++i) {
    auto& row = response.responses.emplace_back();
    row.resource_type = static_cast<std::int8_t>(asked.resources(i).type());
    row.resource_name = asked.resources(i).name();
    const bool is_judged = refusal.is_ok() && i < answer.results_size();
    row.error_code = error_of(refusal);
    if (is_judged) row.error_code = static_cast<ErrorCode>(answer.results(i).error());
    if (row.error_code == ErrorCode::kNone && !is_judged) {
      row.error_code = static_cast<ErrorCode>(answer.error());
    }
    if (row.error_code == ErrorCode::kNone) continue;
    row.error_message =
        sentence(row.error_code, is_judged ? answer.results(i).error_message() : refusal.message());
  }
  return response;
}

template <typename KafkaRequest, typename KafkaResponse>
asio::awaitable<Response> alter(Serving& serving, Request request, bool replace) {
  const auto decoded = request.decode<KafkaRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  v1::AlterConfigsRequest wanted = resources_of(*decoded);
  wanted.set_replace(replace);
  const std::function<Result<v1::AlterConfigsResponse>(ControllerClient&)> work =
      [wanted](ControllerClient& client) {
        return client.alter_configs(wanted, {.timeout_ms = kTimeoutMs});
      };
  const auto answer = co_await serving.calls.call(work);
  if (!answer.is_ok()) {
    co_return Response::reply(rows<KafkaResponse>(wanted, {}, answer.status()), request.version);
  }
  co_await serving.image.reaches(answer->meta().commit_offset(), kOwnImageWait);
  co_return Response::reply(rows<KafkaResponse>(wanted, *answer, Status::ok()), request.version);
}

}  // namespace

asio::awaitable<Response> answer_alter_configs(Serving& serving, Request request) {
  return alter<kafka::AlterConfigsRequest, kafka::AlterConfigsResponse>(
      serving, std::move(request), true);
}

asio::awaitable<Response> answer_incremental_alter_configs(Serving& serving, Request request) {
  return alter<kafka::IncrementalAlterConfigsRequest, kafka::IncrementalAlterConfigsResponse>(
      serving, std::move(request), false);
}

}  // namespace quorate::broker
