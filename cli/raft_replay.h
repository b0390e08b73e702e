// `quorate raft replay FILE`: what a core decided, from a flight recording.
// Thread: main. Source: docs/cli.md.
#pragma once

#include <string>

#include "cli/output.h"

namespace quorate::cli {

struct ReplayOptions {
  std::string file;
};

// Exit status: 0 all was decided again as recorded, 10 the replay differs.
int raft_replay(const ReplayOptions& options, Format format);

}  // namespace quorate::cli
