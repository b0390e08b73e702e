// Gives the calling thread a name that ps, top and perf show; at most 15 characters.
#pragma once

namespace quorate::raft {

void name_this_thread(const char* name);

}  // namespace quorate::raft
