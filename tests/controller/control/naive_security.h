// The naive model: what is known of clients and users. QUO-1, SCR-1, ACL-1.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace quorate::controller::testing {

// A kind and a name, nothing for the default of the kind.
using NaiveClient = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct NaiveQuota {
  std::string key;
  std::optional<double> value;  // nothing: removed
};

struct NaiveCredential {
  std::string user;
  int mechanism = 0;
  int iterations = 0;  // 0: to be deleted
  std::string salt;
};

// What an entry says, in Kafka's numbers; in a filter 1 and "" stand for anything.
struct NaiveAcl {
  int resource_type = 1;
  std::string resource_name;
  int pattern_type = 1;
  std::string principal;
  int operation = 1;
  int permission = 1;

  auto operator<=>(const NaiveAcl&) const = default;
};

struct NaiveSecurity {
  // "user=alice&client-id=default..." by kind, then key.
  std::map<std::string, std::map<std::string, double>> quotas;

  // Kafka's error code; adds what is written to `end`.
  int alter_quotas(const NaiveClient& client,
                   const std::vector<NaiveQuota>& changes,
                   std::uint64_t& end);

  // By user and mechanism: salt and iterations.
  std::map<std::pair<std::string, int>, std::pair<std::string, int>> credentials;
  // An error code per user, in the order in which they are first named.
  std::vector<int> alter_credentials(const std::vector<NaiveCredential>& asked, std::uint64_t& end);

  std::set<NaiveAcl> acls;
  int create_acl(const NaiveAcl& acl, std::uint64_t& end);
  // How many each filter matches; nothing for one that is refused.
  std::vector<std::optional<std::size_t>> delete_acls(const std::vector<NaiveAcl>& filters,
                                                      std::uint64_t& end);
};

[[nodiscard]] std::string client_text(const NaiveClient& client);

}  // namespace quorate::controller::testing
