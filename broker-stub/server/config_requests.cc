#include "broker-stub/server/config_requests.h"

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

template <typename Request>
v1::AlterConfigsRequest resources_of(const Request& request) {
  v1::AlterConfigsRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kForwardingTimeoutMs));
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

template <typename Response>
Response rows(const v1::AlterConfigsRequest& asked,
              const Result<v1::AlterConfigsResponse>& answer) {
  Response response;
  for (int i = 0; i < asked.resources_size(); ++i) {
    auto& row = response.responses.emplace_back();
    row.resource_type = static_cast<std::int8_t>(asked.resources(i).type());
    row.resource_name = asked.resources(i).name();
    write_verdict(answer, i, row);
  }
  return response;
}

template <typename KafkaRequest, typename KafkaResponse>
asio::awaitable<Response> alter(Serving& serving, Request request, bool replace) {
  const auto decoded = request.decode<KafkaRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  v1::AlterConfigsRequest wanted = resources_of(*decoded);
  wanted.set_replace(replace);
  const auto answer =
      co_await forward(serving, &ControllerClient::alter_configs, wanted, kForwardingTimeoutMs);
  co_return Response::reply(rows<KafkaResponse>(wanted, answer), request.version);
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
