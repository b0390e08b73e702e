// Reads at a place that the caller has seen: its own last write, or what another replica showed it.
// Answered by this replica alone, without a leader; not linearizable.
#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks) {
  if (is_stopped_) return refuse_reads({token}, Code::kUnavailable, "the group has stopped");
  if (const std::optional<Status> end = end_of(at)) return end_read(token, at, *end);
  if (ticks == 0) return refuse_reads({token}, Code::kTimedOut, "it is not applied here yet");
  if (awaited_.size() >= options_.pending_reads_max) {
    return refuse_reads({token}, Code::kBusy, "too many reads wait");
  }
  awaited_.add({token, at, now_ + ticks});
}

// How a read at `at` ends now; nothing when that is not decided yet.
std::optional<Status> Replica::end_of(const ReadPoint& at) const {
  const auto replaced = [] { return Status(Code::kNotFound, "the log holds another entry there"); };
  const bool is_reached = at.index <= log_.applied() && !log_.is_restoring();  // P88
  if (!at.term || at.index == Index{0}) {
    return is_reached ? std::optional(Status::ok()) : std::nullopt;
  }
  const std::optional<Term> ours = log_.term_at(at.index);
  const bool is_committed = at.index <= log_.commit();
  if (is_committed && ours && *ours != *at.term) return replaced();
  // What follows the newest committed entry is of its term or a later one, what precedes the base
  // is of its term or an earlier one.
  if (!is_committed && *at.term < *log_.term_at(log_.commit())) return replaced();
  if (at.index < log_.snapshot().index && *at.term > log_.snapshot().term) return replaced();
  if (!is_reached) return std::nullopt;
  if (ours) return Status::ok();
  return Status(Code::kUnknownOutcome,
                "it is applied so far, but the log of that is compacted: whether that entry is "
                "among it is not known any more");
}

void Replica::end_read(ReadToken token, const ReadPoint& at, const Status& end) {
  ready_.reads.push_back({token, end, end.is_ok() ? at.index : Index{}});
}

// The state machine has moved on.
void Replica::release_awaited() {
  if (awaited_.empty() || log_.is_restoring()) return;
  for (const AwaitedRead& read : awaited_.reach(log_.applied()))
    end_read(read.token, read.at, *end_of(read.at));
  const std::optional<Term> term = log_.term_at(log_.applied());
  QUORATE_CHECK(term.has_value());
  for (const AwaitedRead& read : awaited_.overtake(*term))
    end_read(read.token, read.at, *end_of(read.at));
}

void Replica::expire_awaited() {
  for (const AwaitedRead& read : awaited_.expire(now_))
    refuse_reads({read.token}, Code::kTimedOut, "it was not applied here in time");
}

bool Replica::is_applied_awaited() const {
  return !awaited_.empty() && awaited_.nearest() <= log_.commit();
}

}  // namespace quorate::raft
