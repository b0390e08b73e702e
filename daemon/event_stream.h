// EventStream: what machines read: every role, term, commit, epoch, ISR and leader change of this
// process as JSON lines in one file (docs/events.md is the schema).
//
// Lines leave in the order in which they were emitted. A writer thread takes all that waits, at the
// most every pause_ms, and writes it at once, so that emitting costs no system call but, after
// silence, the one that wakes it.
//
// `seq` counts from 1. What waits is bounded; a line that finds no room, or that the disk refuses,
// is dropped and counted, keeps its seq (a gap), and the next line after the gap is an
// "events_dropped" that tells how many.
//
// Owner: main; must outlive everything that emits. Thread: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/field.h"
#include "raft/base/status.h"
#include "raft/server/server.h"

namespace quorate {

struct EventStreamOptions {
  std::string path;  // empty: events go nowhere
  std::int64_t node = 0;
  std::string role;                            // kind of process: "controller", "broker"
  std::size_t waiting_bytes_max = 16U << 20U;  // then new lines are dropped and counted
  std::int64_t pause_ms = 2;                   // from the first line that waits to its write
};

class EventStream : public raft::EventSink {
 public:
  // Appends to the file. kIoError when it cannot be opened.
  static Result<std::unique_ptr<EventStream>> open(EventStreamOptions options);
  // Writes out what waits.
  ~EventStream() override;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  // `kind` is lower snake case, e.g. "broker_fenced"; keys are those that docs/events.md lists.
  void emit(std::string_view kind, std::initializer_list<Field> fields);

  // Raft's own events, as kind "raft_<event>".
  void on_event(const raft::Options& replica, const raft::Event& event) override;

  // Returns once everything emitted before it is written, or dropped. For the way to an end.
  void flush();

  [[nodiscard]] std::uint64_t lines_dropped() const;

 private:
  class Impl;
  explicit EventStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
