#include "tests/controller/control/naive_security.h"

#include <cmath>
#include <set>

namespace quorate::controller::testing {
namespace {

constexpr int kInvalidRequest = 42;

bool is_whole_key(const std::string& key) {
  return key == "producer_byte_rate" || key == "consumer_byte_rate" ||
         key == "connection_creation_rate";
}

bool fits(const std::string& key, bool is_ip) {
  if (is_ip) return key == "connection_creation_rate";
  return key == "producer_byte_rate" || key == "consumer_byte_rate" ||
         key == "request_percentage" || key == "controller_mutation_rate";
}

}  // namespace

std::string client_text(const NaiveClient& client) {
  std::map<std::string, std::string> parts;
  for (const auto& [kind, name] : client)
    parts[kind] = name ? "=" + *name : " default";
  std::string text;
  for (const auto& [kind, name] : parts)
    text += kind + name + "&";
  return text;
}

int NaiveSecurity::alter_quotas(const NaiveClient& client,
                                const std::vector<NaiveQuota>& changes,
                                std::uint64_t& end) {
  std::set<std::string> kinds;
  for (const auto& [kind, name] : client) {
    if (kind != "user" && kind != "client-id" && kind != "ip") return kInvalidRequest;
    if (name && name->empty()) return kInvalidRequest;
    if (kind == "ip" && name && *name != "10.0.0.1") return kInvalidRequest;  // as they are drawn
    if (!kinds.insert(kind).second) return kInvalidRequest;
  }
  const bool is_ip = kinds.contains("ip");
  if (kinds.empty() || (is_ip && kinds.size() > 1)) return kInvalidRequest;
  std::map<std::string, double> after = quotas[client_text(client)];
  std::set<std::string> keys;
  std::uint64_t written = 0;
  for (const NaiveQuota& change : changes) {
    if (!fits(change.key, is_ip) || !keys.insert(change.key).second) return kInvalidRequest;
    if (change.value) {
      if (!(*change.value > 0)) return kInvalidRequest;
      if (is_whole_key(change.key) && std::fmod(*change.value, 1) > 0) return kInvalidRequest;
      if (!after.contains(change.key) || after[change.key] != *change.value) ++written;
      after[change.key] = *change.value;
    } else {
      written += after.erase(change.key);
    }
  }
  quotas[client_text(client)] = after;
  end += written;
  return 0;
}

std::vector<int> NaiveSecurity::alter_credentials(const std::vector<NaiveCredential>& asked,
                                                  std::uint64_t& end) {
  std::map<std::string, int> times;
  for (const NaiveCredential& one : asked)
    ++times[one.user];
  std::vector<int> errors;
  std::set<std::string> told;
  for (const NaiveCredential& one : asked) {
    if (!told.insert(one.user).second) continue;
    const bool is_known = one.mechanism == 1 || one.mechanism == 2;
    const std::pair key(one.user, one.mechanism);
    int error = 0;
    if (times[one.user] > 1) {
      error = 92;  // DUPLICATE_RESOURCE
    } else if (one.user.empty()) {
      error = 93;  // UNACCEPTABLE_CREDENTIAL
    } else if (!is_known) {
      error = 33;  // UNSUPPORTED_SASL_MECHANISM
    } else if (one.iterations == 0) {
      if (credentials.erase(key) == 0) {
        error = 91;  // RESOURCE_NOT_FOUND
      } else {
        ++end;
      }
    } else if (one.iterations < 4096 || one.iterations > 16384 || one.salt.empty()) {
      error = 93;
    } else {
      const std::pair value(one.salt, one.iterations);
      if (!credentials.contains(key) || credentials[key] != value) ++end;
      credentials[key] = value;
    }
    errors.push_back(error);
  }
  return errors;
}

int NaiveSecurity::create_acl(const NaiveAcl& acl, std::uint64_t& end) {
  const bool may_be = acl.resource_type >= 2 && acl.resource_type <= 7 &&
                      (acl.pattern_type == 3 || acl.pattern_type == 4) && acl.operation >= 2 &&
                      acl.operation <= 14 && (acl.permission == 2 || acl.permission == 3);
  if (!may_be || acl.resource_name.empty() || acl.principal.substr(0, 5) != "User:") {
    return kInvalidRequest;
  }
  if (acl.resource_type == 4 && acl.resource_name != "kafka-cluster") return kInvalidRequest;
  if (acls.insert(acl).second) ++end;
  return 0;
}

std::vector<std::optional<std::size_t>> NaiveSecurity::delete_acls(
    const std::vector<NaiveAcl>& filters, std::uint64_t& end) {
  std::vector<std::optional<std::size_t>> counts;
  std::set<NaiveAcl> gone;
  for (const NaiveAcl& filter : filters) {
    counts.emplace_back();
    if (filter.resource_type == 0 || filter.pattern_type == 0 || filter.operation == 0) continue;
    counts.back() = 0;
    for (const NaiveAcl& acl : acls) {
      if (filter.resource_type != 1 && filter.resource_type != acl.resource_type) continue;
      if (filter.pattern_type > 2 && filter.pattern_type != acl.pattern_type) continue;
      if (filter.operation != 1 && filter.operation != acl.operation) continue;
      if (filter.permission != 1 && filter.permission != acl.permission) continue;
      if (!filter.principal.empty() && filter.principal != acl.principal) continue;
      const std::string& name = filter.resource_name;
      const bool begins = name.substr(0, acl.resource_name.size()) == acl.resource_name;
      const bool speaks =
          filter.pattern_type == 2 && (acl.pattern_type == 4 ? begins : acl.resource_name == "*");
      if (!name.empty() && name != acl.resource_name && !speaks) continue;
      ++*counts.back();
      gone.insert(acl);
    }
  }
  for (const NaiveAcl& acl : gone)
    acls.erase(acl);
  end += gone.size();
  return counts;
}

}  // namespace quorate::controller::testing
