// The arguments of `quorate quota`, `quorate user` and `quorate acl`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/acl.h"
#include "cli/connection.h"
#include "cli/quota.h"
#include "cli/user.h"

namespace quorate::cli {

struct SecurityArguments {
  QuotaOptions quota;
  UserOptions user;
  AclOptions acl;
};

// `command` becomes what the chosen subcommand does.
void add_security(CLI::App& app,
                  GlobalOptions& global,
                  SecurityArguments& arguments,
                  std::function<int()>& command);

}  // namespace quorate::cli
