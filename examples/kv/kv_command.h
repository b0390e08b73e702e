// What one log entry does to the store and to its sessions. Pure: same state and entry, same state
// and result, on every replica.
//
// Thread: the apply thread.
#pragma once

#include <string>

#include "quorate/kv/v1/command.pb.h"

#include "examples/kv/kv_store.h"
#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/server/sessions.h"

namespace quorate::kv {

// Ok, or kInvalidArgument saying which bound the operation breaks. For proposers: what is in the
// log is applied as it stands.
Status validate(const v1::Command& command);

// Applies the entry at `index`. An entry that is not a command changes nothing and answers
// INTERNAL.
[[nodiscard]] v1::CommandResult apply_command(const v1::Command& command,
                                              raft::Index index,
                                              KvStore& store,
                                              raft::Sessions& sessions);

}  // namespace quorate::kv
