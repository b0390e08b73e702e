// `quorate user`: SCRAM credentials of users. Brokers do not authenticate clients yet.
// Thread: main. Source: rule SCR-1 decides in the controller; nothing is decided here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

struct UserOptions {
  std::vector<std::string> names;
  std::string mechanism;  // "SCRAM-SHA-256" or "SCRAM-SHA-512"
  std::int32_t iterations = 8'192;
  std::string password_file;  // "-": standard input; its first line
};

// Each returns Exit::kOk after printing, or reports its failure and returns its exit status.
int user_list(const GlobalOptions& options);
int user_describe(const GlobalOptions& options, const UserOptions& user);
// The password stays here: the controllers get the keys that are derived from it.
int user_alter(const GlobalOptions& options, const UserOptions& user);
int user_delete(const GlobalOptions& options, const UserOptions& user);

}  // namespace quorate::cli
