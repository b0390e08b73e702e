#include "broker-stub/server/acl_requests.h"

#include <string>
#include <utility>

#include "quorate/controller/v1/acl.pb.h"

#include "broker-stub/kafka/messages/create_acls.h"
#include "broker-stub/kafka/messages/delete_acls.h"
#include "broker-stub/server/forwarding.h"

namespace quorate::broker {
namespace {

using controller::AclBinding;
using controller::AclFilter;
using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

v1::CreateAclsRequest to_controller(const kafka::CreateAclsRequest& request) {
  v1::CreateAclsRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kForwardingTimeoutMs));
  for (const auto& creation : request.creations) {
    v1::AclBinding& to = *out.add_bindings();
    to.set_resource_type(static_cast<v1::AclResourceType>(creation.resource_type));
    to.set_resource_name(std::string(creation.resource_name));
    to.set_pattern_type(static_cast<v1::AclPatternType>(creation.resource_pattern_type));
    to.set_principal(std::string(creation.principal));
    to.set_host(std::string(creation.host));
    to.set_operation(static_cast<v1::AclOperation>(creation.operation));
    to.set_permission(static_cast<v1::AclPermission>(creation.permission_type));
  }
  return out;
}

v1::DeleteAclsRequest to_controller(const kafka::DeleteAclsRequest& request) {
  v1::DeleteAclsRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kForwardingTimeoutMs));
  for (const auto& filter : request.filters) {
    v1::AclFilter& to = *out.add_filters();
    to.set_resource_type(static_cast<v1::AclResourceType>(filter.resource_type_filter));
    if (filter.resource_name_filter)
      to.set_resource_name(std::string(*filter.resource_name_filter));
    to.set_pattern_type(static_cast<v1::AclPatternType>(filter.pattern_type_filter));
    if (filter.principal_filter) to.set_principal(std::string(*filter.principal_filter));
    if (filter.host_filter) to.set_host(std::string(*filter.host_filter));
    to.set_operation(static_cast<v1::AclOperation>(filter.operation));
    to.set_permission(static_cast<v1::AclPermission>(filter.permission_type));
  }
  return out;
}

void write_deleted(const v1::DeleteAclsResult& result,
                   kafka::DeleteAclsResponse::DeleteAclsFilterResult& row) {
  for (const v1::AclBinding& binding : result.deleted()) {
    auto& acl = row.matching_acls.emplace_back();
    acl.resource_type = static_cast<std::int8_t>(binding.resource_type());
    acl.resource_name = binding.resource_name();
    acl.pattern_type = static_cast<std::int8_t>(binding.pattern_type());
    acl.principal = binding.principal();
    acl.host = binding.host();
    acl.operation = static_cast<std::int8_t>(binding.operation());
    acl.permission_type = static_cast<std::int8_t>(binding.permission());
  }
}

AclFilter filter_from(const kafka::DescribeAclsRequest& request) {
  AclFilter filter;
  filter.resource_type = static_cast<controller::AclResourceType>(request.resource_type_filter);
  filter.pattern_type = static_cast<controller::AclPatternType>(request.pattern_type_filter);
  filter.operation = static_cast<controller::AclOperation>(request.operation);
  filter.permission = static_cast<controller::AclPermission>(request.permission_type);
  if (request.resource_name_filter) filter.resource_name = *request.resource_name_filter;
  if (request.principal_filter) filter.principal = *request.principal_filter;
  if (request.host_filter) filter.host = *request.host_filter;
  return filter;
}

}  // namespace

kafka::DescribeAclsResponse answer_describe_acls(const controller::MetadataImage& image,
                                                 const kafka::DescribeAclsRequest& request) {
  kafka::DescribeAclsResponse response;
  const AclFilter filter = filter_from(request);
  if (const std::string fault = fault_of(filter); !fault.empty()) {
    response.error_code = ErrorCode::kInvalidRequest;
    response.error_message = fault;
    return response;
  }
  // In order of resource, so that those of one stand together.
  const AclBinding* last = nullptr;
  for (const auto& [binding, id] : image.acls.bindings()) {
    if (!matches(filter, binding)) continue;
    const bool is_same = last != nullptr && last->resource_type == binding.resource_type &&
                         last->resource_name == binding.resource_name &&
                         last->pattern_type == binding.pattern_type;
    if (!is_same) {
      response.resources.push_back({static_cast<std::int8_t>(binding.resource_type),
                                    binding.resource_name,
                                    static_cast<std::int8_t>(binding.pattern_type),
                                    {}});
    }
    response.resources.back().acls.push_back({binding.principal,
                                              binding.host,
                                              static_cast<std::int8_t>(binding.operation),
                                              static_cast<std::int8_t>(binding.permission)});
    last = &binding;
  }
  return response;
}

asio::awaitable<Response> answer_create_acls(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::CreateAclsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::CreateAclsRequest wanted = to_controller(*decoded);
  const auto answer =
      co_await forward(serving, &ControllerClient::create_acls, wanted, kForwardingTimeoutMs);
  kafka::CreateAclsResponse response;
  for (int i = 0; i < wanted.bindings_size(); ++i) {
    auto& row = response.results.emplace_back();
    write_verdict(answer, i, row);
  }
  co_return Response::reply(response, request.version);
}

asio::awaitable<Response> answer_delete_acls(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::DeleteAclsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::DeleteAclsRequest wanted = to_controller(*decoded);
  const auto answer =
      co_await forward(serving, &ControllerClient::delete_acls, wanted, kForwardingTimeoutMs);
  kafka::DeleteAclsResponse response;
  for (int i = 0; i < wanted.filters_size(); ++i) {
    auto& row = response.filter_results.emplace_back();
    write_verdict(answer, i, row);
    if (answer.is_ok() && i < answer->results_size()) write_deleted(answer->results(i), row);
  }
  co_return Response::reply(response, request.version);
}

}  // namespace quorate::broker
