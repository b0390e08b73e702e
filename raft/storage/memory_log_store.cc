#include "raft/storage/memory_log_store.h"

#include <algorithm>
#include <string>
#include <utility>

namespace quorate::raft {
namespace {

std::string number(Index index) {
  return std::to_string(index.value);
}

Status misfit(std::string what) {
  return {Code::kInvalidArgument, std::move(what)};
}

}  // namespace

Result<Recovered> MemoryLogStore::recover(GroupId group_id) {
  const MutexLock lock(mutex_);
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return {Code::kNotFound, "the group was never bootstrapped here"};
  const Group& group = found->second;
  Recovered recovered;
  recovered.hard_state = group.hard_state;
  recovered.snapshot = group.snapshot;
  recovered.last = group.last();
  recovered.applied = group.snapshot.last.index;
  for (const Entry& entry : group.entries) {
    if (!is_intact(entry)) return {Code::kCorruption, "entry " + number(entry.id.index)};
    if (entry.id.index <= group.snapshot.last.index) continue;
    if (recovered.term_runs.empty() || recovered.term_runs.back().term != entry.id.term) {
      recovered.term_runs.push_back({entry.id.index, entry.id.term});
    }
    if (entry.kind != EntryKind::kMembership) continue;
    auto membership = decode_membership(entry.data.view());
    if (!membership.is_ok()) return membership.status();
    recovered.memberships.push_back({entry.id.index, std::move(membership).value()});
  }
  return recovered;
}

Status MemoryLogStore::bootstrap(const Bootstrap& bootstrap) {
  QUORATE_TRY(validate(bootstrap));
  const MutexLock lock(mutex_);
  const auto [place, is_new] = groups_.try_emplace(bootstrap.group);
  if (!is_new) return {Code::kAlreadyExists, "the group was bootstrapped before"};
  place->second.snapshot.membership = bootstrap.membership;
  return Status::ok();
}

Status MemoryLogStore::persist(std::span<const PersistBatch> batches) {
  const MutexLock lock(mutex_);
  // All or nothing: nothing is written before every batch was found to fit.
  std::map<GroupId, Draft> drafts;
  for (const PersistBatch& batch : batches) {
    const auto found = groups_.find(batch.group);
    if (found == groups_.end()) return {Code::kNotFound, "the group was never bootstrapped here"};
    const Group& group = found->second;
    Draft fresh{&group, group.hard_state, group.snapshot.last, group.last(), {}};
    QUORATE_TRY(admit(drafts.try_emplace(batch.group, std::move(fresh)).first->second, batch));
  }
  for (const PersistBatch& batch : batches) {
    write(groups_[batch.group], batch);
    bytes_written_ += sizeof(HardState);
    for (const Entry& entry : batch.entries) {
      bytes_written_ += entry.bytes();
    }
  }
  return Status::ok();
}

Term MemoryLogStore::Group::term_at(Index index) const {
  if (index >= first && index <= last()) return entries[index.value - first.value].id.term;
  return index == snapshot.last.index ? snapshot.last.term : Term{};
}

LogId MemoryLogStore::Draft::last() const {
  if (!added.empty()) return added.back();
  if (kept <= snapshot.index) return snapshot;
  return {group->term_at(kept), kept};
}

Status MemoryLogStore::admit(Draft& draft, const PersistBatch& batch) {
  if (batch.truncate_from) QUORATE_TRY(admit_cut(draft, *batch.truncate_from));
  if (batch.snapshot) admit_snapshot(draft, batch.snapshot->last);
  for (const Entry& entry : batch.entries) {
    const LogId last = draft.last();
    if (entry.id.index != last.index.next() || entry.id.term < last.term) {
      return misfit("entry " + number(entry.id.index) + " behind " + number(last.index));
    }
    if (!is_intact(entry)) return misfit("entry " + number(entry.id.index) + ": wrong checksum");
    draft.added.push_back(entry.id);
  }
  if (batch.hard_state) {
    const HardState& next = *batch.hard_state;
    const HardState& now = draft.hard_state;
    if (next.term < now.term) return misfit("the stored term falls");
    if (next.term == now.term && now.voted_for && next.voted_for != now.voted_for) {
      return misfit("a second vote in one term");
    }
    draft.hard_state = next;
  }
  if (draft.last().term > draft.hard_state.term) return misfit("an entry above the stored term");
  return Status::ok();
}

Status MemoryLogStore::admit_cut(Draft& draft, Index from) {
  if (from <= draft.snapshot.index || from > draft.last().index) {
    return misfit("cut at " + number(from) + " outside the log");
  }
  while (!draft.added.empty() && draft.added.back().index >= from) {
    draft.added.pop_back();
  }
  draft.kept = std::min(draft.kept, from.prev());
  return Status::ok();
}

// A log that does not lead to the snapshot goes as a whole (P81).
void MemoryLogStore::admit_snapshot(Draft& draft, const LogId& last) {
  const auto in_added = std::find(draft.added.begin(), draft.added.end(), last);
  const bool continues =
      in_added != draft.added.end() ||
      (last.index <= draft.kept && draft.group->term_at(last.index) == last.term);
  draft.snapshot = last;
  if (!continues) {
    draft.added.clear();
    draft.kept = last.index;
  }
}

void MemoryLogStore::write(Group& group, const PersistBatch& batch) {
  if (batch.truncate_from) {
    while (!group.entries.empty() && group.last() >= *batch.truncate_from) {
      group.entries.pop_back();
    }
  }
  if (batch.snapshot) {
    const LogId& covered = batch.snapshot->last;
    if (group.term_at(covered.index) != covered.term) group.entries.clear();
    drop_through(group, covered.index);
    if (group.entries.empty()) group.first = covered.index.next();
    group.snapshot = *batch.snapshot;
  }
  group.entries.insert(group.entries.end(), batch.entries.begin(), batch.entries.end());
  if (batch.hard_state) group.hard_state = *batch.hard_state;
}

void MemoryLogStore::drop_through(Group& group, Index up_to) {
  while (!group.entries.empty() && group.first <= up_to) {
    group.entries.pop_front();
    group.first = group.first.next();
  }
}

Result<std::vector<Entry>> MemoryLogStore::read(GroupId group_id,
                                                Index first,
                                                Index last,
                                                std::size_t bytes_max) {
  const MutexLock lock(mutex_);
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return {Code::kNotFound, "the group was never bootstrapped here"};
  const Group& group = found->second;
  if (first < group.first || first > group.last()) {
    return {Code::kNotFound, "entry " + number(first) + " is compacted or behind the log's end"};
  }
  std::vector<Entry> entries;
  std::size_t bytes = 0;
  for (Index at = first; at <= std::min(last, group.last()); at = at.next()) {
    const Entry& entry = group.entries[at.value - group.first.value];
    if (!is_intact(entry)) return {Code::kCorruption, "entry " + number(at)};
    bytes += entry.bytes();
    if (!entries.empty() && bytes > bytes_max) break;
    entries.push_back(entry);
  }
  return entries;
}

Status MemoryLogStore::compact(GroupId group_id, Index up_to) {
  const MutexLock lock(mutex_);
  const auto found = groups_.find(group_id);
  if (found == groups_.end()) return {Code::kNotFound, "the group was never bootstrapped here"};
  if (up_to > found->second.snapshot.last.index) {
    return {Code::kFailedPrecondition, "no durable snapshot covers " + number(up_to)};
  }
  drop_through(found->second, up_to);
  return Status::ok();
}

std::uint64_t MemoryLogStore::bytes_written() const {
  const MutexLock lock(mutex_);
  return bytes_written_;
}

}  // namespace quorate::raft
