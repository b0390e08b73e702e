// The trace of a simulation: a hash over everything that happened, in order (R47), and, when asked,
// one canonical line per event.
//
// Lines cost time, so they are made only when a sink wants them: a seed that fails is run again
// with a recording trace, which determinism makes the same run.
// Owner: Simulation. Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <sstream>
#include <string>
#include <utility>

#include "raft/core/message.h"
#include "raft/core/ready.h"
#include "raft/testing/sim_time.h"

namespace quorate::raft::testing {

// FNV-1a over 64-bit words.
class TraceHash {
 public:
  void mix(std::uint64_t word) { hash_ = (hash_ ^ word) * 0x100000001b3ULL; }
  void mix(const LogId& id) {
    mix(id.term.value);
    mix(id.index.value);
  }
  void mix(const Message& message);
  void mix(const PersistBatch& batch);
  void mix(const Entry& entry);
  void mix(std::string_view bytes);
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

class Trace {
 public:
  using LineSink = std::function<void(const std::string&)>;

  // Keeps the last `kept_max` lines; 0 keeps none and makes none unless there is a sink.
  explicit Trace(std::size_t kept_max, LineSink sink = nullptr)
      : kept_max_(kept_max), sink_(std::move(sink)) {}

  TraceHash& hash() { return hash_; }
  [[nodiscard]] std::uint64_t value() const { return hash_.value(); }

  // `write(stream)` is called only when lines are wanted.
  template <typename Write>
  void line(SimTime now, Write&& write) {
    if (kept_max_ == 0 && !sink_) return;
    std::ostringstream text;
    write(text);
    keep(now, text.str());
  }

  [[nodiscard]] const std::deque<std::string>& last_lines() const { return lines_; }

 private:
  void keep(SimTime now, const std::string& text);

  std::size_t kept_max_;
  LineSink sink_;
  TraceHash hash_;
  std::deque<std::string> lines_;
};

// "seq=3 term=2 vote=1 cut=5 entries=5..7", for people.
void describe(std::ostream& out, const PersistBatch& batch);
// "add 4@... remove 3@...".
void describe(std::ostream& out, const MembershipChange& change);

}  // namespace quorate::raft::testing
