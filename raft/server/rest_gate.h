// RestGate: who decides, at the end of every turn of a group, whether its ticks go on.
//
// A group that rests has no ticks: to its core it is as if the process stood still, and a process
// that stood still forgets the time that has passed (Ticker). Whatever enters the inbox ends the
// rest before it is looked at, so that no reason to wake can be missed.
//
// Thread: called on the raft thread.
#pragma once

#include <cstdint>
#include <vector>

#include "raft/server/inbox.h"

namespace quorate::raft {

class RecordedCore;

// What happened in one turn.
struct TurnFacts {
  bool has_input = false;        // something was in the inbox
  bool has_requests = false;     // something but heartbeats, their answers, and orders to rest
  std::uint32_t ticks = 0;       // that passed
  bool sent_heartbeats = false;  // a leader's, at the interval
  std::vector<inbox::Rest> orders;
  std::vector<inbox::Rested> answers;
};

enum class Rest : std::uint8_t { kAwake, kResting };

class RestGate {
 public:
  virtual ~RestGate() = default;
  virtual Rest end_turn(const TurnFacts& facts, const RecordedCore& core) = 0;
  // There is no turn any more.
  virtual void end_group() = 0;
};

}  // namespace quorate::raft
