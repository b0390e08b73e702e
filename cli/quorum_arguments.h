// The arguments of `quorate quorum` and `quorate snapshot`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/connection.h"
#include "cli/maintenance.h"
#include "cli/probe.h"
#include "cli/quorum_members.h"

namespace quorate::cli {

struct QuorumArguments {
  ProbeOptions probe;
  MaintenanceOptions maintenance;
  QuorumMemberOptions members;
};

// `command` becomes what the chosen subcommand does.
void add_quorum(CLI::App& app,
                const GlobalOptions& global,
                QuorumArguments& arguments,
                std::function<int()>& command);

}  // namespace quorate::cli
