// The arguments of `quorate config`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/config.h"
#include "cli/connection.h"

namespace quorate::cli {

// `command` becomes what the chosen subcommand does.
void add_config(CLI::App& app,
                GlobalOptions& global,
                ConfigOptions& config,
                std::function<int()>& command);

}  // namespace quorate::cli
