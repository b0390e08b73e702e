// `quorate quota`: what clients may do per second. Brokers do not enforce it yet.
// Thread: main. Source: rule QUO-1 decides in the controller; nothing is decided here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

// Whose quotas: of a name, or of the default of its kind.
struct QuotaTarget {
  std::optional<std::string> user;
  std::optional<std::string> client_id;
  std::optional<std::string> ip;
  bool user_default = false;
  bool client_id_default = false;
  bool ip_default = false;
};

struct QuotaOptions {
  QuotaTarget target;
  std::vector<std::string> values;   // "key=value"
  std::vector<std::string> removed;  // keys
  bool strict = false;
};

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int quota_describe(const GlobalOptions& options, const QuotaOptions& quota);
int quota_alter(const GlobalOptions& options, const QuotaOptions& quota);

}  // namespace quorate::cli
