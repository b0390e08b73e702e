// EventSink: where a server's events go, for people, metrics and traces.
//
// Thread: called on the raft thread, in the order of the transitions; must be quick.
// Source: docs/events.md.
#pragma once

#include "raft/core/event.h"
#include "raft/core/options.h"

namespace quorate::raft {

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Options& replica, const Event& event) = 0;
};

}  // namespace quorate::raft
