// RaftEventLog: raft's events for people and machines: all of them to the event stream, those that
// tell of a change of roles or of trouble also to the log.
//
// Owner: main. Thread: the raft thread.
#pragma once

#include "daemon/event_stream.h"
#include "daemon/log.h"

namespace quorate::controller {

class RaftEventLog : public raft::EventSink {
 public:
  // Both must outlive it.
  RaftEventLog(EventStream& events, Log& log) : events_(events), log_(log) {}

  void on_event(const raft::Options& replica, const raft::Event& event) override;

 private:
  EventStream& events_;
  Log& log_;
};

}  // namespace quorate::controller
