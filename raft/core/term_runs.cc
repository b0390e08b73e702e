#include "raft/core/term_runs.h"

#include <algorithm>
#include <sstream>

#include "raft/base/check.h"

namespace quorate::raft {

TermRuns::TermRuns(LogId base, Index last, std::vector<TermRun> runs)
    : base_(base), last_(last), runs_(std::move(runs)) {
  QUORATE_CHECK(validate_term_runs(base_, last_, runs_).is_ok());
}

std::optional<Term> TermRuns::term_at(Index index) const {
  if (index == base_.index) return base_.term;
  if (index < base_.index || index > last_) return std::nullopt;
  const auto behind =
      std::upper_bound(runs_.begin(), runs_.end(), index, [](Index wanted, const TermRun& run) {
        return wanted < run.first;
      });
  QUORATE_CHECK(behind != runs_.begin());
  return std::prev(behind)->term;
}

std::optional<LogId> TermRuns::last_at_most(LogId bound) const {
  if (bound.index < base_.index || bound.term < base_.term) return std::nullopt;
  const auto behind = std::partition_point(runs_.begin(), runs_.end(), [&](const TermRun& run) {
    return run.first <= bound.index && run.term <= bound.term;
  });
  if (behind == runs_.begin()) return base_;
  const Index run_last = behind == runs_.end() ? last_ : behind->first.prev();
  return LogId{std::prev(behind)->term, std::min(run_last, bound.index)};
}

void TermRuns::append(Term term) {
  QUORATE_CHECK(term >= last_term());
  last_ = last_.next();
  if (runs_.empty() || runs_.back().term < term) runs_.push_back({last_, term});
  check();
}

void TermRuns::truncate(Index from) {
  QUORATE_CHECK(from > base_.index && from <= last_);
  last_ = from.prev();
  while (!runs_.empty() && runs_.back().first > last_)
    runs_.pop_back();
  check();
}

void TermRuns::compact(Index up_to) {
  const std::optional<Term> term = term_at(up_to);
  QUORATE_CHECK(term.has_value());
  base_ = {*term, up_to};
  const auto behind = std::find_if(
      runs_.begin(), runs_.end(), [&](const TermRun& run) { return run.first > up_to; });
  runs_.erase(runs_.begin(), behind);
  const bool is_run_left = up_to < last_ && (runs_.empty() || runs_.front().first != up_to.next());
  if (is_run_left) runs_.insert(runs_.begin(), {up_to.next(), *term});  // its term's run goes on
  check();
}

void TermRuns::check() const {
  QUORATE_CHECK(last_ >= base_.index);
  QUORATE_CHECK(runs_.empty() == (last_ == base_.index));                     // I3
  QUORATE_CHECK(runs_.empty() || runs_.front().first.prev() == base_.index);  // I2
  QUORATE_CHECK(runs_.empty() || runs_.back().first <= last_);                // I2
  QUORATE_CHECK(runs_.empty() || runs_.front().term >= base_.term);
}

Status validate_term_runs(LogId base, Index last, const std::vector<TermRun>& runs) {
  const auto corrupt = [&](std::string_view what, Index where) -> Status {
    std::ostringstream message;
    message << "term runs: " << what << " at index " << where;
    return {Code::kCorruption, message.str()};
  };
  if (last < base.index) return corrupt("the log ends before the snapshot", last);
  if (runs.empty() != (last == base.index)) return corrupt("runs and log end disagree", last);
  if (runs.empty()) return Status::ok();
  if (runs.front().first != base.index.next()) return corrupt("a gap", runs.front().first);
  if (runs.front().term < base.term) return corrupt("the term falls", runs.front().first);
  for (std::size_t i = 1; i < runs.size(); ++i) {
    if (runs[i].first <= runs[i - 1].first) return corrupt("runs out of order", runs[i].first);
    if (runs[i].term <= runs[i - 1].term) return corrupt("the term falls", runs[i].first);
  }
  if (runs.back().first > last) return corrupt("a run behind the log's end", runs.back().first);
  return Status::ok();
}

}  // namespace quorate::raft
