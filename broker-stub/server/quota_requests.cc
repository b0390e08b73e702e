#include "broker-stub/server/quota_requests.h"

#include <optional>
#include <string>
#include <utility>

#include "quorate/controller/v1/quota.pb.h"

#include "broker-stub/kafka/messages/alter_client_quotas.h"
#include "broker-stub/server/forwarding.h"
#include "controller/image/quota_filter.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

v1::AlterClientQuotasRequest to_controller(const kafka::AlterClientQuotasRequest& request) {
  v1::AlterClientQuotasRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kForwardingTimeoutMs));
  out.mutable_meta()->set_validate_only(request.validate_only);
  for (const auto& entry : request.entries) {
    v1::AlterQuotasOfEntity& to = *out.add_entries();
    for (const auto& part : entry.entity) {
      v1::QuotaEntityName& name = *to.add_entity();
      name.set_type(std::string(part.entity_type));
      if (part.entity_name) name.set_name(std::string(*part.entity_name));
    }
    for (const auto& op : entry.ops) {
      v1::QuotaChange& change = *to.add_changes();
      change.set_key(std::string(op.key));
      if (!op.remove) change.set_value(op.value);
    }
  }
  return out;
}

kafka::AlterClientQuotasResponse rows(const v1::AlterClientQuotasRequest& asked,
                                      const Result<v1::AlterClientQuotasResponse>& answer) {
  kafka::AlterClientQuotasResponse response;
  for (int i = 0; i < asked.entries_size(); ++i) {
    auto& row = response.entries.emplace_back();
    for (const v1::QuotaEntityName& part : asked.entries(i).entity()) {
      auto& name = row.entity.emplace_back();
      name.entity_type = part.type();
      if (part.has_name()) name.entity_name = part.name();
    }
    write_verdict(answer, i, row);
  }
  return response;
}

Result<controller::QuotaFilter> filter_from(const kafka::DescribeClientQuotasRequest& request) {
  controller::QuotaFilter filter;
  filter.is_strict = request.strict;
  for (const auto& component : request.components) {
    controller::QuotaFilterWord word{
        std::string(component.entity_type), component.match_type, std::nullopt};
    if (component.match) word.name = std::string(*component.match);
    QUORATE_TRY(add_part(word, filter));
  }
  return filter;
}

}  // namespace

kafka::DescribeClientQuotasResponse answer_describe_client_quotas(
    const controller::MetadataImage& image, const kafka::DescribeClientQuotasRequest& request) {
  kafka::DescribeClientQuotasResponse response;
  const auto filter = filter_from(request);
  if (!filter.is_ok()) {
    const bool is_unsupported = filter.status().code() == Code::kUnsupported;
    response.error_code =
        is_unsupported ? ErrorCode::kUnsupportedVersion : ErrorCode::kInvalidRequest;
    response.error_message = filter.status().message();
    return response;
  }
  auto& entries = response.entries.emplace();
  for (const auto& [entity, values] : image.quotas.entities()) {
    if (!matches(*filter, entity)) continue;
    auto& row = entries.emplace_back();
    for (const controller::QuotaEntityPart& part : entity)
      row.entity.push_back({std::string(to_string(part.type)), part.name});
    for (const auto& [key, value] : *values)
      row.values.push_back({key, value});
  }
  return response;
}

asio::awaitable<Response> answer_alter_client_quotas(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::AlterClientQuotasRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::AlterClientQuotasRequest wanted = to_controller(*decoded);
  const auto answer = co_await forward(
      serving, &ControllerClient::alter_client_quotas, wanted, kForwardingTimeoutMs);
  co_return Response::reply(rows(wanted, answer), request.version);
}

}  // namespace quorate::broker
