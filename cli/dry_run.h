// The flag of every command that changes metadata. Thread: main.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/connection.h"

namespace quorate::cli {

inline void add_dry_run(CLI::App& command, GlobalOptions& options) {
  command.add_flag("--dry-run", options.dry_run, "Decide and show what would be done, do nothing");
}

}  // namespace quorate::cli
