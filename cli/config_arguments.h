// The arguments of `quorate config` and `quorate feature`. Thread: main.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/config.h"
#include "cli/connection.h"
#include "cli/feature.h"

namespace quorate::cli {

// `command` becomes what the chosen subcommand does.
void add_config(CLI::App& app,
                GlobalOptions& global,
                ConfigOptions& config,
                std::function<int()>& command);

void add_feature(CLI::App& app,
                 const GlobalOptions& global,
                 FeatureOptions& feature,
                 std::function<int()>& command);

}  // namespace quorate::cli
