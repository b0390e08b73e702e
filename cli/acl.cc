#include "cli/acl.h"

#include <algorithm>
#include <utility>

#include "quorate/controller/v1/acl.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"
#include "cli/plan.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

constexpr std::string_view kOperationPrefix = "ACL_OPERATION_";
constexpr std::string_view kResourcePrefix = "ACL_RESOURCE_TYPE_";
constexpr std::string_view kPatternPrefix = "ACL_PATTERN_TYPE_";
constexpr std::string_view kPermissionPrefix = "ACL_PERMISSION_";

// "ACL_OPERATION_DESCRIBE_CONFIGS" as "describe-configs".
std::string word_of(const std::string& name, std::string_view prefix) {
  std::string word = name.substr(std::min(prefix.size(), name.size()));
  std::ranges::transform(word, word.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return word;
}

std::string name_of(const std::string& word, std::string_view prefix) {
  std::string name = word;
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return std::string(prefix) + name;
}

// Words are checked when arguments are parsed; another one stands for nothing.
v1::AclOperation operation_of(const std::string& word) {
  v1::AclOperation operation = v1::ACL_OPERATION_UNKNOWN;
  static_cast<void>(v1::AclOperation_Parse(name_of(word, kOperationPrefix), &operation));
  return operation;
}
v1::AclPatternType pattern_of(const std::string& word) {
  v1::AclPatternType pattern = v1::ACL_PATTERN_TYPE_UNKNOWN;
  static_cast<void>(v1::AclPatternType_Parse(name_of(word, kPatternPrefix), &pattern));
  return pattern;
}
v1::AclPermission permission_of(const std::string& word) {
  v1::AclPermission permission = v1::ACL_PERMISSION_UNKNOWN;
  static_cast<void>(v1::AclPermission_Parse(name_of(word, kPermissionPrefix), &permission));
  return permission;
}

struct Resource {
  v1::AclResourceType type;
  std::string name;
};

std::vector<Resource> resources_of(const AclOptions& acl) {
  std::vector<Resource> resources;
  const auto add = [&resources](v1::AclResourceType type, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      resources.push_back({type, name});
  };
  add(v1::ACL_RESOURCE_TYPE_TOPIC, acl.topics);
  add(v1::ACL_RESOURCE_TYPE_GROUP, acl.groups);
  add(v1::ACL_RESOURCE_TYPE_TRANSACTIONAL_ID, acl.transactional_ids);
  add(v1::ACL_RESOURCE_TYPE_DELEGATION_TOKEN, acl.delegation_tokens);
  add(v1::ACL_RESOURCE_TYPE_USER, acl.users);
  if (acl.cluster) resources.push_back({v1::ACL_RESOURCE_TYPE_CLUSTER, "kafka-cluster"});
  return resources;
}

Failure acl_refusal(v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message);
  failure.attempt = "quorate acl list";
  return failure;
}

Listing acl_listing(const char* kind) {
  return Listing(kind,
                 {"RESOURCE", "NAME", "PATTERN", "PRINCIPAL", "HOST", "OPERATION", "PERMISSION"});
}

void add_to(Listing& listing, const v1::AclBinding& binding) {
  const std::string resource =
      word_of(v1::AclResourceType_Name(binding.resource_type()), kResourcePrefix);
  const std::string pattern =
      word_of(v1::AclPatternType_Name(binding.pattern_type()), kPatternPrefix);
  const std::string operation =
      word_of(v1::AclOperation_Name(binding.operation()), kOperationPrefix);
  const std::string permission =
      word_of(v1::AclPermission_Name(binding.permission()), kPermissionPrefix);
  listing.add({resource,
               binding.resource_name(),
               pattern,
               binding.principal(),
               binding.host(),
               operation,
               permission},
              {{"resourceType", resource},
               {"resourceName", binding.resource_name()},
               {"patternType", pattern},
               {"principal", binding.principal()},
               {"host", binding.host()},
               {"operation", operation},
               {"permission", permission}});
}

// The first of a list, if there is one.
const std::string* first_of(const std::vector<std::string>& words) {
  return words.empty() ? nullptr : &words.front();
}

v1::AclFilter filter_of(const AclOptions& acl) {
  v1::AclFilter filter;
  filter.set_resource_type(v1::ACL_RESOURCE_TYPE_ANY);
  filter.set_pattern_type(pattern_of(acl.pattern.empty() ? "any" : acl.pattern));
  filter.set_permission(permission_of(acl.permission.empty() ? "any" : acl.permission));
  filter.set_operation(v1::ACL_OPERATION_ANY);
  if (const std::vector<Resource> resources = resources_of(acl); !resources.empty()) {
    filter.set_resource_type(resources.front().type);
    filter.set_resource_name(resources.front().name);
  }
  if (const std::string* principal = first_of(acl.principals)) filter.set_principal(*principal);
  if (const std::string* host = first_of(acl.hosts)) filter.set_host(*host);
  if (const std::string* word = first_of(acl.operations)) filter.set_operation(operation_of(*word));
  return filter;
}

// Every combination of what is given.
std::vector<v1::AclBinding> bindings_of(const AclOptions& acl) {
  const std::vector<std::string> hosts =
      acl.hosts.empty() ? std::vector<std::string>{"*"} : acl.hosts;
  std::vector<v1::AclBinding> bindings;
  v1::AclBinding binding;
  binding.set_pattern_type(pattern_of(acl.pattern.empty() ? "literal" : acl.pattern));
  binding.set_permission(permission_of(acl.permission.empty() ? "allow" : acl.permission));
  for (const Resource& resource : resources_of(acl)) {
    binding.set_resource_type(resource.type);
    binding.set_resource_name(resource.name);
    for (const std::string& principal : acl.principals) {
      binding.set_principal(principal);
      for (const std::string& host : hosts) {
        binding.set_host(host);
        for (const std::string& operation : acl.operations) {
          binding.set_operation(operation_of(operation));
          bindings.push_back(binding);
        }
      }
    }
  }
  return bindings;
}

// Names more than one filter can say.
bool is_one_filter(const AclOptions& acl) {
  return resources_of(acl).size() <= 1 && acl.principals.size() <= 1 && acl.hosts.size() <= 1 &&
         acl.operations.size() <= 1;
}

int report_many() {
  return report({Exit::kUsage,
                 "E_INVALID_ARGUMENT",
                 "one resource, principal, host and operation at most can be looked for",
                 {},
                 "quorate acl list --topic orders"});
}

}  // namespace

bool AclOptions::names_something() const {
  return !resources_of(*this).empty() || !principals.empty() || !hosts.empty() ||
         !operations.empty() || !pattern.empty() || !permission.empty();
}

std::vector<std::string> acl_operation_words() {
  std::vector<std::string> words;
  for (int number = v1::ACL_OPERATION_ALL; v1::AclOperation_IsValid(number); ++number)
    words.push_back(
        word_of(v1::AclOperation_Name(static_cast<v1::AclOperation>(number)), kOperationPrefix));
  return words;
}

int acl_list(const GlobalOptions& options, const AclOptions& acl) {
  if (!is_one_filter(acl)) return report_many();
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DescribeAclsRequest request;
  *request.mutable_filter() = filter_of(acl);
  const auto response = (*client)->describe_acls(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(acl_refusal(response->error(), response->error_message()));
  }
  Listing listing = acl_listing("AclList");
  for (const auto& binding : response->bindings())
    add_to(listing, binding);
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int acl_create(const GlobalOptions& options, const AclOptions& acl) {
  const std::vector<v1::AclBinding> bindings = bindings_of(acl);
  if (bindings.empty()) {
    return report({Exit::kUsage,
                   "E_INVALID_ARGUMENT",
                   "a resource, a principal and an operation are wanted",
                   {},
                   "quorate acl create --topic orders --principal User:alice --operation read"});
  }
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::CreateAclsRequest request;
  set_meta(options, *request.mutable_meta());
  for (const v1::AclBinding& binding : bindings)
    *request.add_bindings() = binding;
  const auto response = (*client)->create_acls(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(acl_refusal(response->error(), response->error_message()));
  }
  for (const auto& result : response->results()) {
    if (result.error() != v1::NONE) {
      return report(acl_refusal(result.error(), result.error_message()));
    }
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing = acl_listing("AclsCreated");
  listing.set_title("brokers do not enforce access control yet");
  listing.set_field("commitOffset", response->meta().commit_offset());
  for (const v1::AclBinding& binding : bindings)
    add_to(listing, binding);
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int acl_delete(const GlobalOptions& options, const AclOptions& acl) {
  if (!is_one_filter(acl)) return report_many();
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DeleteAclsRequest request;
  set_meta(options, *request.mutable_meta());
  *request.add_filters() = filter_of(acl);
  const auto response = (*client)->delete_acls(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(acl_refusal(response->error(), response->error_message()));
  }
  const auto& result = response->results(0);
  if (result.error() != v1::NONE)
    return report(acl_refusal(result.error(), result.error_message()));
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing = acl_listing("AclsDeleted");
  listing.set_field("commitOffset", response->meta().commit_offset());
  for (const auto& binding : result.deleted())
    add_to(listing, binding);
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
