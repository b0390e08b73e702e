#include "controller/control/acl_control.h"

#include <map>
#include <string_view>
#include <utility>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/image/security_records.h"

namespace quorate::controller {
namespace {

constexpr const char* kAclRule = "ACL-1";

template <typename Enum>
bool is_within(Enum value, Enum first, Enum last) {
  return first <= value && value <= last;
}

template <typename Enum>
std::string number(Enum value) {
  return std::to_string(static_cast<int>(value));
}

// The protocol's word, e.g. "READ" or "TOPIC". Requires one that an entry may say.
std::string word(AclOperation operation) {
  constexpr std::size_t kPrefix = std::string_view("ACL_OPERATION_").size();
  return v1::AclOperation_Name(static_cast<v1::AclOperation>(operation)).substr(kPrefix);
}
std::string word(AclResourceType type) {
  constexpr std::size_t kPrefix = std::string_view("ACL_RESOURCE_TYPE_").size();
  return v1::AclResourceType_Name(static_cast<v1::AclResourceType>(type)).substr(kPrefix);
}

// "'User:alice' at '*' may READ TOPIC 'orders'".
std::string text_of(const AclBinding& binding) {
  const bool is_allowed = binding.permission == AclPermission::kAllow;
  const bool is_prefix = binding.pattern_type == AclPatternType::kPrefixed;
  return shown(binding.principal) + " at " + shown(binding.host) +
         (is_allowed ? " may " : " may not ") + word(binding.operation) + ' ' +
         word(binding.resource_type) + (is_prefix ? " that begins with " : " ") +
         shown(binding.resource_name);
}

// Empty: an entry may say so.
std::string fault_of_binding(const AclBinding& binding) {
  if (!is_within(binding.resource_type, AclResourceType::kTopic, AclResourceType::kUser)) {
    return "an entry is not for resources of kind " + number(binding.resource_type);
  }
  if (!is_within(binding.pattern_type, AclPatternType::kLiteral, AclPatternType::kPrefixed)) {
    return "an entry has no pattern of kind " + number(binding.pattern_type) +
           ": it is literal or prefixed";
  }
  if (!is_within(binding.operation, AclOperation::kAll, AclOperation::kDescribeTokens)) {
    return "an entry is not for operation " + number(binding.operation);
  }
  if (!is_within(binding.permission, AclPermission::kDeny, AclPermission::kAllow)) {
    return "an entry has no permission " + number(binding.permission) + ": it allows or denies";
  }
  if (binding.resource_name.empty()) return "the name of the resource is empty";
  const bool is_cluster = binding.resource_type == AclResourceType::kCluster;
  if (is_cluster && binding.resource_name != kClusterResourceName) {
    return "the cluster is named " + std::string(kClusterResourceName) + ", not " +
           shown(binding.resource_name);
  }
  const std::size_t colon = binding.principal.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == binding.principal.size()) {
    return shown(binding.principal) + " is no principal: a kind, a colon and a name are wanted";
  }
  if (binding.host.empty()) return "the host is empty: an address or * is wanted";
  return {};
}

std::string too_many(const ControlOptions& options) {
  return "the request would write more than " + std::to_string(options.request_records_max) +
         " records; ask for less at a time";
}

// What `filter` matches, in order.
DeleteAclsOfFilter found_by(const AclsImage& acls, const AclFilter& filter) {
  DeleteAclsOfFilter found;
  found.error_message = fault_of(filter);
  if (!found.error_message.empty()) {
    found.error = v1::INVALID_REQUEST;
    return found;
  }
  for (const auto& [binding, id] : acls.bindings()) {
    if (matches(filter, binding)) found.deleted.push_back(binding);
  }
  return found;
}

}  // namespace

CreateAclsAnswer create_acls(Draft& draft,
                             const CreateAcls& command,
                             const ControlOptions& options) {
  CreateAclsAnswer answer;
  for (const NewAcl& asked : command.acls) {
    CreateAclAnswer& one = answer.acls.emplace_back();
    one.error_message = fault_of_binding(asked.binding);
    if (!one.error_message.empty()) {
      one.error = v1::INVALID_REQUEST;
    } else if (draft.image().acls.contains(asked.binding)) {
      draft.explain(kAclRule, text_of(asked.binding) + ": is there already");
    } else if (draft.record_count() >= options.request_records_max) {
      one.error = v1::POLICY_VIOLATION;
      one.error_message = too_many(options);
    } else {
      draft.explain(kAclRule, text_of(asked.binding));
      v1::Record record;
      write_entry(asked.id, asked.binding, *record.mutable_access_control_entry());
      draft.append(std::move(record));
    }
    if (one.error != v1::NONE) draft.explain(kAclRule, one.error_message);
  }
  return answer;
}

DeleteAclsAnswer delete_acls(Draft& draft,
                             const DeleteAcls& command,
                             const ControlOptions& options) {
  DeleteAclsAnswer answer;
  std::map<AclBinding, Uuid> deleted;
  const AclsImage& acls = draft.image().acls;
  for (const AclFilter& filter : command.filters) {
    const DeleteAclsOfFilter& one = answer.filters.emplace_back(found_by(acls, filter));
    if (one.error != v1::NONE) draft.explain(kAclRule, one.error_message);
    for (const AclBinding& binding : one.deleted)
      deleted.emplace(binding, *acls.bindings().find(binding));
    if (deleted.size() > options.request_records_max) {
      draft.explain(kAclRule, too_many(options));
      return {v1::POLICY_VIOLATION, too_many(options), {}};
    }
  }
  for (const auto& [binding, id] : deleted) {
    draft.explain(kAclRule, "no longer: " + text_of(binding));
    v1::Record record;
    write_removal(id, *record.mutable_remove_access_control_entry());
    draft.append(std::move(record));
  }
  return answer;
}

}  // namespace quorate::controller
