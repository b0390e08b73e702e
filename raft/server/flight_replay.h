// Runs a core through a flight recording again and tells what it decided.
//
// PURE. Every output is compared with the recorded one's checksum, the states at a segment's begin
// and at the end with those that are recorded: a replay that ends well has decided all of it bit
// for bit as the recorded core did.
// Thread: any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/consensus.h"

namespace quorate::raft {

struct FlightStep {
  std::uint64_t input = 0;  // 1, 2, ... : the number of the input
  std::uint64_t tick = 0;   // since the recording begins
  std::string_view kind;    // "step", "tick", "propose", ...: the input before the output
  const Consensus& core;    // just after it
  const Ready& ready;       // what came out
};

struct FlightSummary {
  std::uint64_t inputs = 0;
  std::uint64_t ticks = 0;
  std::uint64_t outputs = 0;  // each compared
  std::string begin;          // Consensus::describe() before the first input
  std::string end;            // and after the last
};

// Calls `visit` for every output. kCorruption when the bytes are no recording, or when the core
// decided otherwise than recorded: the message names the input. kUnsupported: of another version.
Result<FlightSummary> replay_flight(std::string_view recording,
                                    const std::function<void(const FlightStep&)>& visit);

}  // namespace quorate::raft
