// The arguments of `quorate raft`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/connection.h"
#include "cli/raft_inspect.h"
#include "cli/raft_recover.h"
#include "cli/raft_replay.h"

namespace quorate::cli {

struct RaftArguments {
  InspectOptions inspect;
  RecoverOptions recover;
  ReplayOptions replay;
};

// `command` becomes what the chosen subcommand does.
void add_raft(CLI::App& app,
              const GlobalOptions& global,
              RaftArguments& arguments,
              std::function<int()>& command);

}  // namespace quorate::cli
