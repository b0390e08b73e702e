// `quorate raft recover`: the survivors of a lost quorum become a membership of their own.
// Thread: main. Source: docs/recovery.md.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"

namespace quorate::cli {

struct RecoverOptions {
  std::string plan;   // the file to be written
  std::string apply;  // the file to be applied; one of the two is set
  std::vector<std::string> dirs;
};

// --plan looks at `dirs` and writes the plan to a new file. --apply applies it to `dirs`, or where
// the plan found the survivors.
int raft_recover(const RecoverOptions& options, Format format);

}  // namespace quorate::cli
