// Small scope: every order in which a few faults can strike a group of three, one after the other.
//
// Where the simulator draws long runs, this walks all short ones over the real core: every message
// in flight may come next or never, and a bounded number of timeouts, held writes, heartbeats,
// proposals and crashes strikes at every moment. States that were
// seen before (by fingerprint) are not walked again. Clocks are independent: a timeout at one
// replica takes no time at the others.
//
// Checked after every step: at most one leader per term (R1), one vote per term and voter (R2), no
// committed entry ever changes (R4, R10), equal terms at an index mean equal logs up to it (R8), a
// leader has all that is committed (R9), and what is committed is durable at a majority (R11).
//
// Owner: the caller. Thread: one. Source: Raft paper, Figure 3; "small scope hypothesis" of D.
// Jackson, Software Abstractions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "raft/base/status.h"
#include "raft/testing/safety_checker.h"

namespace quorate::raft::testing {

// How many strikes of each kind a run has at most, over all replicas.
struct SmallScope {
  std::uint32_t timeouts = 1;    // a replica hears nothing for an election timeout
  std::uint32_t holds = 0;       // a write is not durable at once, but at any moment after
  std::uint32_t heartbeats = 0;  // when 0, those that a new leader sends by itself are lost
  std::uint32_t proposals = 1;
  std::uint32_t crashes = 0;             // a replica loses what is not durable, and starts again
  std::uint32_t repeats = 0;             // a message is delivered and yet stays in flight
  std::uint64_t states_max = 5'000'000;  // 8 bytes of memory each, and more
};

// "timeouts=2,crashes=1": the others stay as they are. kInvalidArgument names the word.
Result<SmallScope> parse_small_scope(std::string_view text);

struct SmallScopeVerdict {
  std::uint64_t states = 0;  // different ones
  std::uint64_t steps = 0;   // taken between them
  std::uint64_t depth = 0;   // of the longest run
  bool is_complete = false;  // every reachable state was seen
  // How many states had: a leader, a committed entry, leaders of two terms at once, a log that was
  // cut. A scope in which one stays 0 is too small to say anything about it.
  std::uint64_t leaders = 0;
  std::uint64_t commits = 0;
  std::uint64_t rivals = 0;
  std::uint64_t cuts = 0;
  std::optional<Violation> violation;
  std::vector<std::string> path;  // the steps to the violation
};

// Walks the whole scope, or up to its first violation. `progress` is called now and then.
[[nodiscard]] SmallScopeVerdict explore(
    const SmallScope& scope, const std::function<void(const SmallScopeVerdict&)>& progress = {});

}  // namespace quorate::raft::testing
