#include "raft/storage/group_log.h"

#include <algorithm>
#include <string>

namespace quorate::raft {

namespace {

std::string text(Index index) {
  return std::to_string(index.value);
}
std::string text(Term term) {
  return std::to_string(term.value);
}

Status misfit(std::string why) {
  return {Code::kInvalidArgument, std::move(why)};
}
Status broken(std::string why) {
  return {Code::kCorruption, std::move(why)};
}

// Forgets runs and memberships from `from` on.
void cut_positions(GroupLog& log, Index from) {
  std::erase_if(log.runs, [&](const TermRun& run) { return run.first >= from; });
  std::erase_if(log.memberships, [&](Index index) { return index >= from; });
}

// Forgets runs and memberships up to the snapshot; a run that reaches over it begins behind it.
void trim_positions(GroupLog& log) {
  const Index first = log.first();
  std::erase_if(log.memberships, [&](Index index) { return index < first; });
  const std::optional<Term> term = log.term_at(first);
  std::erase_if(log.runs, [&](const TermRun& run) { return run.first < first; });
  if (term && first <= log.last.index && (log.runs.empty() || log.runs.front().first != first)) {
    log.runs.insert(log.runs.begin(), TermRun{first, *term});
  }
}

Status fold_cut(Index from, GroupDelta& delta) {
  GroupLog& log = delta.after;
  if (from < log.first() || from > log.last.index.next()) {
    return misfit("a cut at " + text(from) + " lies outside of the log " + text(log.first()) +
                  ".." + text(log.last.index));
  }
  if (from > log.last.index) return Status::ok();
  log.last = LogId{*log.term_at(from.prev()), from.prev()};
  cut_positions(log, from);
  std::erase_if(delta.added, [&](const Entry& entry) { return entry.id.index >= from; });
  if (from <= delta.kept_last()) delta.cut = from;
  return Status::ok();
}

Status check_next(const Entry& entry, const LogId& last) {
  if (entry.id.index != last.index.next()) {
    return misfit("entry " + position_text(entry.id) + " does not follow the log's end " +
                  position_text(last));
  }
  if (entry.id.term < last.term) {
    return misfit("entry " + position_text(entry.id) + " has a lower term than " +
                  position_text(last));
  }
  if (!is_intact(entry))
    return misfit("entry " + position_text(entry.id) + " has a wrong checksum");
  return Status::ok();
}

Status fold_entries(const std::vector<Entry>& entries, GroupDelta& delta) {
  GroupLog& log = delta.after;
  delta.added.reserve(delta.added.size() + entries.size());
  for (const Entry& entry : entries) {
    QUORATE_TRY(check_next(entry, log.last));
    const bool starts_run = log.runs.empty() || log.runs.back().term != entry.id.term;
    if (starts_run) log.runs.push_back({entry.id.index, entry.id.term});
    if (entry.kind == EntryKind::kMembership) log.memberships.push_back(entry.id.index);
    log.last = entry.id;
    delta.added.push_back(entry);
  }
  return Status::ok();
}

Status fold_snapshot(const SnapshotMeta& snapshot, GroupDelta& delta) {
  GroupLog& log = delta.after;
  const LogId& old = log.snapshot.last;
  if (snapshot.last.index < old.index || snapshot.last.term < old.term ||
      (snapshot.last.index == old.index && snapshot.last.term != old.term)) {
    return misfit("a snapshot at " + position_text(snapshot.last) + " contradicts the one at " +
                  position_text(old));
  }
  if (log.term_at(snapshot.last.index) == snapshot.last.term) {
    log.snapshot = snapshot;
    trim_positions(log);
  } else {  // the log does not lead to the snapshot: all of it goes (P81)
    log.snapshot = snapshot;
    log.last = snapshot.last;
    log.runs.clear();
    log.memberships.clear();
    if (delta.kept_last() >= delta.before.first()) delta.cut = delta.before.first();
    delta.added.clear();
  }
  std::erase_if(delta.added, [&](const Entry& entry) { return entry.id.index < log.first(); });
  return Status::ok();
}

Status fold_hard_state(const HardState& next, GroupLog& log) {
  const HardState& now = log.hard_state;
  if (next.term < now.term) {
    return misfit("term " + text(next.term) + " is below the stored " + text(now.term));
  }
  if (next.term == now.term && now.voted_for && next.voted_for != now.voted_for) {
    return misfit("a second vote in term " + text(now.term));
  }
  log.hard_state = next;
  return Status::ok();
}

}  // namespace

std::string position_text(const LogId& id) {
  return std::to_string(id.index.value) + " of term " + std::to_string(id.term.value);
}

std::optional<Term> GroupLog::term_at(Index index) const {
  if (index == snapshot.last.index) return snapshot.last.term;
  if (index < snapshot.last.index || index > last.index) return std::nullopt;
  const auto behind = std::upper_bound(
      runs.begin(), runs.end(), index, [](Index at, const TermRun& run) { return at < run.first; });
  if (behind == runs.begin()) return std::nullopt;
  return std::prev(behind)->term;
}

bool GroupLog::covers(const LogId& id) const {
  return id.index <= snapshot.last.index || term_at(id.index) == id.term;
}

Status check_group_log(const GroupLog& log) {
  if (log.last.index < log.snapshot.last.index) {
    return broken("the log ends at " + position_text(log.last) + " but the snapshot at " +
                  position_text(log.snapshot.last));
  }
  const bool empty = log.last.index == log.snapshot.last.index;
  if (empty && (log.last != log.snapshot.last || !log.runs.empty() || !log.memberships.empty())) {
    return broken("the log is empty but its end " + position_text(log.last) +
                  " is not the snapshot's " + position_text(log.snapshot.last) +
                  " or it has term runs or memberships");
  }
  if (!empty && (log.runs.empty() || log.runs.front().first != log.first())) {
    return broken("there is a gap: no term is known for the log's first index " +
                  text(log.first()));
  }
  for (std::size_t i = 1; i < log.runs.size(); ++i) {
    if (log.runs[i].term <= log.runs[i - 1].term) {
      return broken("terms do not rise at index " + text(log.runs[i].first));
    }
  }
  if (!empty && (log.runs.back().term != log.last.term || log.runs.back().first > log.last.index)) {
    return broken("the last term run does not fit the log's end " + position_text(log.last));
  }
  if (!log.runs.empty() && log.runs.front().term < log.snapshot.last.term) {
    return broken("the log begins with a lower term than the snapshot's " +
                  position_text(log.snapshot.last));
  }
  for (const Index index : log.memberships) {
    if (index < log.first() || index > log.last.index) {
      return broken("a membership is recorded at " + text(index) + " outside of the log");
    }
  }
  if (log.hard_state.term < log.last.term) {
    return broken("the stored term " + text(log.hard_state.term) + " is below the last entry " +
                  position_text(log.last));
  }
  return Status::ok();
}

GroupDelta unchanged(const GroupLog& log) {
  return {log, log, std::nullopt, {}};
}

Status fold(const PersistBatch& batch, GroupDelta& delta) {
  if (batch.truncate_from) QUORATE_TRY(fold_cut(*batch.truncate_from, delta));
  const bool snapshot_first = batch.snapshot && !batch.entries.empty() &&
                              batch.entries.front().id.index == batch.snapshot->last.index.next();
  if (snapshot_first) QUORATE_TRY(fold_snapshot(*batch.snapshot, delta));
  QUORATE_TRY(fold_entries(batch.entries, delta));
  if (batch.snapshot && !snapshot_first) QUORATE_TRY(fold_snapshot(*batch.snapshot, delta));
  if (batch.hard_state) QUORATE_TRY(fold_hard_state(*batch.hard_state, delta.after));
  return delta.after.hard_state.term < delta.after.last.term
             ? misfit("the log would end at " + position_text(delta.after.last) +
                      " above the stored term " + text(delta.after.hard_state.term))
             : Status::ok();
}

}  // namespace quorate::raft
