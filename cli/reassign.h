// `quorate partition reassign` and `quorate partition moves`: where replicas are to be, and what is
// on its way.
// Thread: main.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/connection.h"

namespace quorate::cli {

enum class ReassignAction : std::uint8_t { kMove, kCancel };

struct ReassignOptions {
  ReassignAction action = ReassignAction::kMove;
  // One of: a partition by itself, a file (reassignment_file.h), all (to cancel only).
  std::string topic;
  std::int32_t partition = -1;
  std::vector<std::int32_t> replicas;
  std::string file;
  bool all = false;
  bool keep_replication_factor = false;
  bool allow_cordoned = false;
};

// The exit status: that of the first partition that was refused.
int partition_reassign(const GlobalOptions& options, const ReassignOptions& reassign);
int partition_moves(const GlobalOptions& options);

}  // namespace quorate::cli
