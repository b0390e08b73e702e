#include "raft/core/log.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft {

Log::Log(Recovered recovered, std::size_t window_bytes_max)
    : runs_(recovered.snapshot.last, recovered.last, std::move(recovered.term_runs)),
      window_(recovered.last),
      window_bytes_max_(window_bytes_max),
      persisted_(recovered.last),
      handed_(recovered.last),
      commit_(recovered.applied),
      applied_(recovered.applied),
      apply_handed_(recovered.applied) {
  memberships_.push_back({recovered.snapshot.last.index, std::move(recovered.snapshot.membership)});
  for (MembershipAt& at : recovered.memberships)
    memberships_.push_back(std::move(at));
  check();
}

const Membership& Log::membership_at(Index index) const {
  return newest_membership(index).membership;
}

const MembershipAt& Log::newest_membership(Index index) const {
  QUORATE_CHECK(snapshot().index <= index && index <= last().index);
  const auto behind = std::find_if(memberships_.begin(),
                                   memberships_.end(),
                                   [&](const MembershipAt& at) { return at.index > index; });
  QUORATE_CHECK(behind != memberships_.begin());
  return *std::prev(behind);
}

void Log::append(Entry entry) {
  QUORATE_CHECK(entry.id.index == last().index.next());
  if (entry.kind == EntryKind::kMembership) {
    auto membership = decode_membership(entry.data.view());
    QUORATE_CHECK(membership.is_ok());
    memberships_.push_back({entry.id.index, std::move(membership).value()});
  }
  runs_.append(entry.id.term);
  window_.append(std::move(entry));
  shrink_window();
  check();
}

void Log::truncate(Index from) {
  QUORATE_CHECK(from > commit_);  // I2
  QUORATE_CHECK(from <= last().index);
  runs_.truncate(from);
  window_.truncate(from);
  while (memberships_.back().index >= from)
    memberships_.pop_back();
  if (handed_ >= from) {
    cut_ = cut_ ? std::min(*cut_, from) : from;
    handed_ = from.prev();
  }
  persisted_ = std::min(persisted_, from.prev());
  for (Write& write : writes_)
    write.end = std::min(write.end, from.prev());
  check();
}

void Log::commit_to(Index index) {
  QUORATE_CHECK(index <= last().index);
  commit_ = std::max(commit_, index);
  check();
}

void Log::compact(Index up_to) {
  QUORATE_CHECK(up_to > snapshot().index && up_to <= applied_ && !is_restoring());
  forget_memberships(up_to, MembershipAt(newest_membership(up_to)));  // P68
  runs_.compact(up_to);
  window_.drop_through(up_to);
  is_base_unwritten_ = true;
  check();
}

void Log::install(const SnapshotMeta& meta) {
  const Index base = meta.last.index;
  QUORATE_CHECK(base > commit_ && !is_applying());
  if (holds(meta.last)) {
    runs_.compact(base);
    window_.drop_through(base);
    handed_ = std::max(handed_, base);
  } else {
    replace(meta.last);
  }
  forget_memberships(base, {base, meta.membership});
  commit_ = base;
  restoring_ = base;
  is_base_unwritten_ = true;
  check();
}

// Nothing of the log leads to `base`: all of it goes. What is durable stays true up to commit; what
// lies behind it in the store counts no more, for the new log says something else there.
void Log::replace(const LogId& base) {
  runs_ = TermRuns(base, base.index, {});
  window_ = Window(base.index);
  memberships_.clear();
  handed_ = base.index;
  replaced_ = Replaced{std::min(durable_end(), base.index)};
  persisted_ = std::min(persisted_, commit_);
  for (Write& write : writes_)
    write.end = std::min(write.end, commit_);
}

// Memberships up to `up_to` go; `base` is the one in effect there, with the index that its entry
// had: who asked for a change on condition of that entry means the membership, not our log.
void Log::forget_memberships(Index up_to, MembershipAt base) {
  std::erase_if(memberships_, [&](const MembershipAt& at) { return at.index <= up_to; });
  memberships_.insert(memberships_.begin(), std::move(base));
}

void Log::fill(PersistBatch& batch) {
  batch.truncate_from = std::exchange(cut_, std::nullopt);
  const bool is_base_new = std::exchange(is_base_unwritten_, false);
  if (is_base_new) batch.snapshot = SnapshotMeta{snapshot(), memberships_.front().membership};
  if (replaced_ && replaced_->seq == 0) replaced_->seq = batch.seq;
  if (is_base_new && handed_ == last().index) writes_.push_back({batch.seq, handed_});
  if (handed_ < last().index) {
    const Index from = handed_.next();
    const std::size_t no_bound = static_cast<std::size_t>(-1);
    batch.entries = window_.slice(from, last().index, no_bound, no_bound);
    handed_ = last().index;
    writes_.push_back({batch.seq, handed_});
  }
  QUORATE_CHECK(!has_unwritten());
}

void Log::on_persisted(std::uint64_t seq) {
  while (!writes_.empty() && writes_.front().seq <= seq) {
    persisted_ = std::max(persisted_, writes_.front().end);
    writes_.pop_front();
  }
  if (replaced_ && replaced_->seq != 0 && replaced_->seq <= seq) replaced_.reset();
  shrink_window();
  check();
}

std::uint64_t Log::seq_covering(Index index, std::uint64_t next_seq) const {
  if (index <= persisted_) return 0;
  const auto write = std::find_if(
      writes_.begin(), writes_.end(), [&](const Write& each) { return each.end >= index; });
  return write == writes_.end() ? next_seq : write->seq;
}

bool Log::has_apply() const {
  return !is_applying() && apply_handed_ < apply_limit();
}

ApplyRange Log::next_apply(std::size_t bytes_max, std::size_t entries_max) {
  ApplyRange range{Index{1}, Index{0}, {}};
  if (!has_apply()) return range;
  range.first = apply_handed_.next();
  if (range.first < window_.first()) {
    const std::uint64_t count = std::max<std::size_t>(entries_max, 1);
    range.last =
        std::min({apply_limit(), window_.first().prev(), Index{range.first.value + count - 1}});
  } else {
    range.entries = window_.slice(range.first, apply_limit(), bytes_max, entries_max);
    range.last = range.entries.back().id.index;
  }
  apply_handed_ = range.last;
  check();
  return range;
}

void Log::on_applied(Index index) {
  if (restoring_ && index >= *restoring_) {
    applied_ = *restoring_;
    apply_handed_ = *restoring_;
    restoring_.reset();
    check();
    return;
  }
  if (index <= applied_ || index > apply_handed_) return;
  applied_ = index;
  shrink_window();
  check();
}

void Log::shrink_window() {
  while (window_.bytes() > window_bytes_max_ && window_.first() < window_.end()) {
    const Index oldest = window_.first();
    if (oldest > persisted_) return;  // I3
    if (oldest > applied_ && window_.bytes() / 2 <= window_bytes_max_) return;
    window_.drop_oldest();
  }
}

void Log::check() const {
  QUORATE_CHECK(is_restoring() || snapshot().index <= applied_);  // I1
  QUORATE_CHECK(applied_ <= commit_);
  QUORATE_CHECK(commit_ <= last().index && persisted_ <= last().index);
  QUORATE_CHECK(applied_ <= apply_handed_ && apply_handed_ <= apply_limit());
  QUORATE_CHECK(persisted_ <= handed_ && handed_ <= last().index);
  QUORATE_CHECK(window_.first() <= std::max(persisted_, snapshot().index).next());  // I3
  QUORATE_CHECK(memberships_.front().index <= snapshot().index);
  QUORATE_CHECK(window_.end() == last().index.next());
  QUORATE_CHECK(!memberships_.empty() && memberships_.back().index <= last().index);  // I5
}

Status validate(const Recovered& recovered) {
  const auto corrupt = [](std::string_view what, Index where) -> Status {
    std::ostringstream message;
    message << "recovered state: " << what << " at index " << where;
    return {Code::kCorruption, message.str()};
  };
  const LogId snapshot = recovered.snapshot.last;
  QUORATE_TRY(validate_term_runs(snapshot, recovered.last, recovered.term_runs));
  const Term last_term =
      recovered.term_runs.empty() ? snapshot.term : recovered.term_runs.back().term;
  if (recovered.hard_state.term < last_term) {
    return corrupt("an entry of a term above the hard state's", recovered.last);
  }
  if (recovered.applied < snapshot.index) {
    return corrupt("applied is below the snapshot", recovered.applied);
  }
  if (recovered.applied > recovered.last) {
    return corrupt("applied is beyond the log", recovered.applied);
  }
  Index before = snapshot.index;
  for (const MembershipAt& at : recovered.memberships) {
    if (at.index <= before || at.index > recovered.last) {
      return corrupt("a membership out of place", at.index);
    }
    if (!validate(at.membership).is_ok()) return corrupt("an invalid membership", at.index);
    before = at.index;
  }
  // A replica that is to be filled by a leader starts without any voter.
  if (recovered.snapshot.membership != Membership{} &&
      !validate(recovered.snapshot.membership).is_ok()) {
    return corrupt("an invalid membership", snapshot.index);
  }
  return Status::ok();
}

}  // namespace quorate::raft
