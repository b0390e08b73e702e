#include "controller/service/security_queries.h"

#include <map>
#include <utility>

#include "controller/image/quota_filter.h"
#include "controller/service/request_codec.h"

namespace quorate::controller {
namespace {

Result<QuotaFilter> filter_from(const v1::DescribeClientQuotasRequest& request) {
  QuotaFilter filter;
  filter.is_strict = request.strict();
  for (const v1::QuotaFilterPart& wire : request.filter()) {
    QuotaFilterWord word{wire.type(), wire.match(), std::nullopt};
    if (wire.has_name()) word.name = wire.name();
    QUORATE_TRY(add_part(word, filter));
  }
  return filter;
}

void add_credentials(const ScramImage& scram,
                     const std::string& user,
                     v1::UserScramCredentials& wire) {
  const auto& all = scram.credentials();
  for (auto at = all.lower_bound(ScramKey{user, {}}); at != all.end(); ++at) {
    const auto& [key, credential] = *at;
    if (key.user != user) return;
    v1::ScramCredentialDescription& one = *wire.add_credentials();
    one.set_mechanism(static_cast<v1::ScramMechanism>(key.mechanism));
    one.set_iterations(credential->iterations);
  }
}

}  // namespace

void describe_quotas(const MetadataImage& image,
                     const v1::DescribeClientQuotasRequest& request,
                     v1::DescribeClientQuotasResponse& response) {
  const Result<QuotaFilter> filter = filter_from(request);
  if (!filter.is_ok()) {
    const bool is_unsupported = filter.status().code() == Code::kUnsupported;
    response.set_error(is_unsupported ? v1::UNSUPPORTED_VERSION : v1::INVALID_REQUEST);
    response.set_error_message(filter.status().message());
    return;
  }
  for (const auto& [entity, values] : image.quotas.entities()) {
    if (!matches(*filter, entity)) continue;
    v1::QuotasOfEntity& to = *response.add_entries();
    for (const QuotaEntityPart& part : entity) {
      v1::QuotaEntityName& name = *to.add_entity();
      name.set_type(std::string(to_string(part.type)));
      if (part.name) name.set_name(*part.name);
    }
    for (const auto& [key, value] : *values) {
      v1::QuotaValue& one = *to.add_values();
      one.set_key(key);
      one.set_value(value);
    }
  }
}

void describe_scram(const MetadataImage& image,
                    const v1::DescribeUserScramCredentialsRequest& request,
                    v1::DescribeUserScramCredentialsResponse& response) {
  std::map<std::string, std::size_t> times_named;
  for (const std::string& user : request.users())
    ++times_named[user];
  for (const std::string& user : request.users()) {
    const std::size_t times = std::exchange(times_named[user], 0);
    if (times == 0) continue;  // told already
    v1::UserScramCredentials& one = *response.add_users();
    one.set_user(user);
    if (times > 1) {
      one.set_error(v1::DUPLICATE_RESOURCE);
      one.set_error_message("the request names this user twice");
      continue;
    }
    add_credentials(image.scram, user, one);
    if (!one.credentials().empty()) continue;
    one.set_error(v1::RESOURCE_NOT_FOUND);
    one.set_error_message("there is no SCRAM credential");
  }
  if (!request.users().empty()) return;
  for (const auto& [key, credential] : image.scram.credentials()) {
    const int last = response.users_size() - 1;
    if (last >= 0 && response.users(last).user() == key.user) continue;
    v1::UserScramCredentials& one = *response.add_users();
    one.set_user(key.user);
    add_credentials(image.scram, key.user, one);
  }
}

void describe_acls(const MetadataImage& image,
                   const v1::DescribeAclsRequest& request,
                   v1::DescribeAclsResponse& response) {
  const AclFilter filter = request.has_filter() ? filter_from(request.filter()) : AclFilter{};
  const std::string fault = fault_of(filter);
  if (!fault.empty()) {
    response.set_error(v1::INVALID_REQUEST);
    response.set_error_message(fault);
    return;
  }
  for (const auto& [binding, id] : image.acls.bindings()) {
    if (matches(filter, binding)) write_binding(binding, *response.add_bindings());
  }
}

}  // namespace quorate::controller
