// Bad input on the HTTP port of a process of a live cluster.
//
// Thread: one test.
#pragma once

#include "raft/base/random.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {

// Requests that are malformed, too long or not for this port: each gets its own answer.
void refuse_bad_http(Random& random, const LiveProcess& process);

// Many times the limit: a line that does not end, then headers that do not. The process does not
// keep them.
void refuse_endless_http(const LiveProcess& process);

}  // namespace quorate::testing
