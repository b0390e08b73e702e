// The term of every entry of a log, in a few words: terms never fall along a log, so a log is a
// short list of runs.
//
// Invariants (checked after every transition):
//   I1  runs are ascending in index and in term
//   I2  the first run begins right behind the base; every run begins at or before last
//   I3  without runs, last is the base's index
//
// Owner: Log. Thread: that of its owner. Lookups cost O(log runs).
// Source: etcd raft's findConflictByTerm for what last_at_most() is good for.
#pragma once

#include <optional>
#include <vector>

#include "raft/base/status.h"
#include "raft/core/recovered.h"
#include "raft/core/types.h"

namespace quorate::raft {

class TermRuns {
 public:
  // The log (base.index, last]; `base` is what the snapshot covers last, {0, 0} without one.
  TermRuns(LogId base, Index last, std::vector<TermRun> runs);

  [[nodiscard]] LogId base() const { return base_; }
  [[nodiscard]] LogId last() const { return {last_term(), last_}; }
  [[nodiscard]] const std::vector<TermRun>& runs() const { return runs_; }

  // Nothing below the base (compacted) and behind last (P53).
  [[nodiscard]] std::optional<Term> term_at(Index index) const;

  // The newest entry whose index *and* term do not exceed `bound`'s; the base counts as an entry.
  // Nothing when even the base exceeds it.
  [[nodiscard]] std::optional<LogId> last_at_most(LogId bound) const;

  // Requires term >= last().term.
  void append(Term term);
  // Cuts `from` and all behind it. Requires base < from <= last.
  void truncate(Index from);
  // Forgets everything up to `up_to`, the new base. Requires base <= up_to <= last.
  void compact(Index up_to);

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(base_, last_, runs_);
  }

 private:
  [[nodiscard]] Term last_term() const { return runs_.empty() ? base_.term : runs_.back().term; }
  void check() const;

  LogId base_;
  Index last_;
  std::vector<TermRun> runs_;
};

// Ok, or kCorruption naming what breaks I1-I3.
Status validate_term_runs(LogId base, Index last, const std::vector<TermRun>& runs);

}  // namespace quorate::raft
