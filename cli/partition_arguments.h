// The arguments of `quorate partition`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/connection.h"
#include "cli/partition.h"
#include "cli/reassign.h"

namespace quorate::cli {

struct PartitionArguments {
  ElectOptions elect;
  ReassignOptions reassign;
};

// `command` becomes what the chosen subcommand does.
void add_partition(CLI::App& app,
                   GlobalOptions& global,
                   PartitionArguments& arguments,
                   std::function<int()>& command);

}  // namespace quorate::cli
