// `quorate acl`: who may do what to which resource. Brokers do not enforce it yet.
// Thread: main. Source: rules ACL-1, ACL-2 decide in the controller; nothing is decided here.
#pragma once

#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

// What an entry says, or what a filter looks for: what is not given matches everything.
struct AclOptions {
  std::vector<std::string> topics;
  std::vector<std::string> groups;
  std::vector<std::string> transactional_ids;
  std::vector<std::string> delegation_tokens;
  std::vector<std::string> users;
  bool cluster = false;
  std::string pattern;  // "literal", "prefixed"; of a filter also "any", "match"
  std::vector<std::string> principals;
  std::vector<std::string> hosts;
  std::vector<std::string> operations;
  std::string permission;  // "allow", "deny"; of a filter also "any"
  bool all = false;        // a filter that names nothing is meant

  [[nodiscard]] bool names_something() const;
};

// The words that stand for operations, for --help and for checks: "read", "describe-configs".
[[nodiscard]] std::vector<std::string> acl_operation_words();

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int acl_list(const GlobalOptions& options, const AclOptions& acl);
// One entry for each resource, principal, host and operation.
int acl_create(const GlobalOptions& options, const AclOptions& acl);
int acl_delete(const GlobalOptions& options, const AclOptions& acl);

}  // namespace quorate::cli
